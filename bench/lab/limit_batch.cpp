// limit-batch - limit.cpp, but all sends of one epoll round (and with --recv all receives) go to the kernel in one io_uring_enter.
// Each is non-blocking (MSG_DONTWAIT): it completes at once, in full, in part or with EAGAIN, so no buffer outlives the call.
//   g++ -O2 -std=c++17 -o limit_batch limit_batch.cpp ;  ./limit_batch PORT [--text] [--recv]
//   path /broadcast*: each text frame is encoded once and written to every /broadcast connection (sender included)
//   any other path  : text/binary frames are echoed (all frames of one read go out in one send)
//   --text          : newline-terminated TCP echo instead of WebSocket
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <linux/io_uring.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <string>
#include <vector>
using std::string; typedef uint64_t u64; typedef uint32_t u32; typedef uint8_t u8;
static void sha1(const string& s, u8 out[20]) {
  u32 h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0}; string m = s; m.push_back((char)0x80); while (m.size() % 64 != 56) m.push_back(0);
  for (int i = 7; i >= 0; i--) m.push_back((char)(((u64)s.size() * 8) >> (i * 8)));
  for (size_t o = 0; o < m.size(); o += 64) { u32 w[80]; for (int i = 0; i < 16; i++) { const u8* p = (const u8*)m.data() + o + i * 4; w[i] = (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }
    for (int i = 16; i < 80; i++) { u32 x = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16]; w[i] = x << 1 | x >> 31; }
    u32 a = h[0], b = h[1], c = h[2], e = h[3], f = h[4];
    for (int i = 0; i < 80; i++) { u32 k, g; if (i < 20) g = (b & c) | (~b & e), k = 0x5A827999; else if (i < 40) g = b ^ c ^ e, k = 0x6ED9EBA1; else if (i < 60) g = (b & c) | (b & e) | (c & e), k = 0x8F1BBCDC; else g = b ^ c ^ e, k = 0xCA62C1D6;
      u32 t = (a << 5 | a >> 27) + g + f + k + w[i]; f = e; e = c; c = b << 30 | b >> 2; b = a; a = t; }
    h[0] += a; h[1] += b; h[2] += c; h[3] += e; h[4] += f; }
  for (int i = 0; i < 5; i++) for (int j = 0; j < 4; j++) out[i * 4 + j] = (u8)(h[i] >> (24 - 8 * j));
}
static string b64(const u8* p, size_t n) { static const char* T = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"; string r;
  for (size_t i = 0; i < n; i += 3) { u32 v = p[i] << 16 | (i + 1 < n ? p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0); r += T[v >> 18]; r += T[v >> 12 & 63]; r += i + 1 < n ? T[v >> 6 & 63] : '='; r += i + 2 < n ? T[v & 63] : '='; } return r; }
struct Conn;

struct Ring { int fd; u32 *sqh, *sqt, *sqm, *sqa, *cqh, *cqt, *cqm; io_uring_sqe* sq; io_uring_cqe* cq; u32 n = 0, cap;
  bool open(u32 entries) { io_uring_params p; memset(&p, 0, sizeof p); p.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL; fd = syscall(425, entries, &p); if (fd < 0) return false; cap = p.sq_entries;
    size_t s = p.sq_off.array + p.sq_entries * 4, c = p.cq_off.cqes + p.cq_entries * sizeof(io_uring_cqe), m = s > c ? s : c; char* b = (char*)mmap(0, m, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
    sq = (io_uring_sqe*)mmap(0, p.sq_entries * sizeof(io_uring_sqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
    sqh = (u32*)(b + p.sq_off.head); sqt = (u32*)(b + p.sq_off.tail); sqm = (u32*)(b + p.sq_off.ring_mask); sqa = (u32*)(b + p.sq_off.array); cqh = (u32*)(b + p.cq_off.head); cqt = (u32*)(b + p.cq_off.tail); cqm = (u32*)(b + p.cq_off.ring_mask); cq = (io_uring_cqe*)(b + p.cq_off.cqes);
    for (u32 i = 0; i < p.sq_entries; i++) sqa[i] = i; return true; }
  void add(u8 op, int f, const void* p, u32 len, int flags, u64 ud) { io_uring_sqe* e = &sq[(*sqt + n) & *sqm]; memset(e, 0, sizeof *e); e->opcode = op; e->fd = f; e->addr = (u64)p; e->len = len; e->msg_flags = flags; e->user_data = ud; n++; }
  template <class F> void run(F f) { if (!n) return; __atomic_store_n(sqt, *sqt + n, __ATOMIC_RELEASE); u32 want = n, got = 0; n = 0; u32 sub = want;
    while (got < want) { int r = syscall(426, fd, sub, want - got, IORING_ENTER_GETEVENTS, 0, 0); if (r < 0 && errno != EINTR) { perror("enter"); exit(1); } sub = 0; u32 h = *cqh, t = __atomic_load_n(cqt, __ATOMIC_ACQUIRE); for (; h != t; h++, got++) f(cq[h & *cqm].user_data, cq[h & *cqm].res); __atomic_store_n(cqh, h, __ATOMIC_RELEASE); } } };
static Ring R;
struct Conn { int fd; u32 due = 0; std::vector<std::pair<const string*, bool>> one; string acc; const string* shared = nullptr; bool up = false, bc = false, wantout = false, dying = false; string in, out; size_t pos = 0; };
static std::vector<Conn*> by; static std::vector<Conn*> subs; static int EP; static bool TEXT; static char RB[1 << 18]; static string OB;
static std::vector<Conn*> graveyard;
static void drop(Conn* c) { if (c->fd < 0) return; if (c->bc) { subs[c->pos] = subs.back(); subs[c->pos]->pos = c->pos; subs.pop_back(); } by[c->fd] = nullptr; close(c->fd); c->fd = -1; graveyard.push_back(c); }
static void arm(Conn* c, bool o) { if (c->wantout == o) return; c->wantout = o; epoll_event e; e.events = EPOLLIN | (o ? (u32)EPOLLOUT : 0u); e.data.ptr = c; epoll_ctl(EP, EPOLL_CTL_MOD, c->fd, &e); }

static std::vector<Conn*> dirty; static std::vector<string*> frames;
static void mark(Conn* c) { if (!c->due) { c->due = 1; dirty.push_back(c); } }
static void put(Conn* c, const char* p, size_t n) { if (c->fd < 0) return; if (!c->out.empty()) { c->out.append(p, n); if (c->out.size() > (16u << 20)) drop(c); return; } if (c->shared) { c->acc.append(*c->shared); c->shared = nullptr; } c->acc.append(p, n); mark(c); }
static void putShared(Conn* c, const string* s) { if (c->fd < 0) return; if (!c->out.empty() || !c->acc.empty() || c->shared) { put(c, s->data(), s->size()); return; } c->shared = s; mark(c); }
static void flushAll() { for (size_t i = 0; i < dirty.size();) { size_t k = 0; for (; i < dirty.size() && k < R.cap; i++) { Conn* c = dirty[i]; if (c->fd < 0) { c->due = 0; continue; } const string& s = c->shared ? *c->shared : c->acc; R.add(IORING_OP_SEND, c->fd, s.data(), s.size(), MSG_NOSIGNAL | MSG_DONTWAIT, (u64)c); k++; }
    R.run([](u64 ud, int r) { Conn* c = (Conn*)ud; c->due = 0; if (c->fd < 0) return; const string& s = c->shared ? *c->shared : c->acc; if (r < 0 && r != -EAGAIN) { c->acc.clear(); c->shared = nullptr; drop(c); return; } size_t w = r < 0 ? 0 : r; if (w < s.size()) { c->out.assign(s.data() + w, s.size() - w); arm(c, true); } c->acc.clear(); c->shared = nullptr; }); }
  dirty.clear(); for (auto* f : frames) delete f; frames.clear(); }
static void hdr(string& o, u8 op, size_t n) { o.push_back((char)(0x80 | op)); if (n < 126) o.push_back((char)n); else if (n < 65536) { o.push_back(126); o.push_back((char)(n >> 8)); o.push_back((char)n); } else { o.push_back(127); for (int i = 7; i >= 0; i--) o.push_back((char)((u64)n >> (8 * i))); } }
static size_t eat(Conn* c, char* b, size_t n) {
  size_t o = 0; OB.clear();
  if (TEXT) { char* e = (char*)memrchr(b, '\n', n); if (!e) return 0; put(c, b, e - b + 1); return e - b + 1; }
  if (!c->up) { char* e = (char*)memmem(b, n, "\r\n\r\n", 4); if (!e) return 0; string h(b, e - b + 2); o = e - b + 4; string key; size_t p = 0;
    while ((p = h.find("\r\n", p)) != string::npos) { p += 2; if (!strncasecmp(h.c_str() + p, "sec-websocket-key:", 18)) { size_t v = p + 18; while (h[v] == ' ') v++; size_t x = h.find("\r\n", v); key = h.substr(v, x - v); } }
    if (key.empty()) { drop(c); return o; } u8 d[20]; sha1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", d); c->up = true;
    if (!h.compare(0, 14, "GET /broadcast")) { c->bc = true; c->pos = subs.size(); subs.push_back(c); }
    OB = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + b64(d, 20) + "\r\n\r\n"; put(c, OB.data(), OB.size()); OB.clear(); }
  while (c->fd >= 0 && n - o >= 6) { u8* f = (u8*)b + o; u8 op = f[0] & 15; u64 len = f[1] & 127; size_t h = 2; if (!(f[1] & 0x80)) { drop(c); return o; }
    if (len == 126) { if (n - o < 8) break; len = f[2] << 8 | f[3]; h = 4; } else if (len == 127) { if (n - o < 14) break; len = 0; for (int i = 0; i < 8; i++) len = len << 8 | f[2 + i]; h = 10; if (len > (8u << 20)) { drop(c); return o; } }
    if (n - o < h + 4 + len) break; u32 m; memcpy(&m, f + h, 4); char* p = b + o + h + 4; u64 mm = (u64)m << 32 | m; size_t i = 0;
    for (; i + 8 <= len; i += 8) { u64 v; memcpy(&v, p + i, 8); v ^= mm; memcpy(p + i, &v, 8); } for (; i < len; i++) p[i] ^= ((u8*)&m)[i & 3];
    o += h + 4 + len;
    if (op == 8) { hdr(OB, 8, len < 2 ? 0 : 2); OB.append(p, len < 2 ? 0 : 2); { ssize_t z = send(c->fd, OB.data(), OB.size(), MSG_NOSIGNAL); (void)z; } OB.clear(); drop(c); return o; }
    if (op == 9) { hdr(OB, 10, len); OB.append(p, len); continue; } if (op > 2) continue;
    if (c->bc) { string* fr = new string; hdr(*fr, op, len); fr->append(p, len); frames.push_back(fr); for (size_t k = subs.size(); k-- > 0;) putShared(subs[k], fr); }
    else { hdr(OB, op, len); OB.append(p, len); } }
  if (!OB.empty()) put(c, OB.data(), OB.size()); return o;
}
int main(int ac, char** av) {
  int port = ac > 1 ? atoi(av[1]) : 18094; TEXT = ac > 2 && !strcmp(av[2], "--text"); signal(SIGPIPE, SIG_IGN); rlimit rl{200000, 200000}; setrlimit(RLIMIT_NOFILE, &rl);
  int L = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1; setsockopt(L, SOL_SOCKET, SO_REUSEADDR, &one, 4); sockaddr_in a{}; a.sin_family = AF_INET; a.sin_port = htons(port); a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(L, (sockaddr*)&a, sizeof a) || listen(L, 4096)) { perror("listen"); return 1; } EP = epoll_create1(0); if (!R.open(4096)) { perror("io_uring"); return 1; } bool RECV = ac > 2 && !strcmp(av[2], "--recv"); static std::vector<char> pool; pool.resize(1024 * 4096); epoll_event e; e.events = EPOLLIN; e.data.ptr = nullptr; epoll_ctl(EP, EPOLL_CTL_ADD, L, &e);
  std::vector<epoll_event> ev(1024);
  for (;;) { int n = epoll_wait(EP, ev.data(), 1024, -1);
    static std::vector<int> got(1024); if (RECV) { for (int i = 0; i < n; i++) { Conn* c = (Conn*)ev[i].data.ptr; got[i] = -1000; if (c && (ev[i].events & EPOLLIN)) R.add(IORING_OP_RECV, c->fd, &pool[i * 4096], 4096, MSG_DONTWAIT, i); } R.run([](u64 i, int r) { got[i] = r; }); }
    for (int i = 0; i < n; i++) { Conn* c = (Conn*)ev[i].data.ptr;
      if (!c) { for (;;) { int fd = accept4(L, 0, 0, SOCK_NONBLOCK); if (fd < 0) break; setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, 4); Conn* k = new Conn; k->fd = fd; if (by.size() <= (size_t)fd) by.resize(fd + 1024); by[fd] = k; e.events = EPOLLIN; e.data.ptr = k; epoll_ctl(EP, EPOLL_CTL_ADD, fd, &e); } continue; }
      if (c->fd < 0) continue;
      if ((ev[i].events & EPOLLOUT) && !c->out.empty()) { ssize_t r = send(c->fd, c->out.data(), c->out.size(), MSG_NOSIGNAL); if (r > 0) c->out.erase(0, r); else if (errno != EAGAIN) { drop(c); continue; } if (c->out.empty()) arm(c, false); }
      if (ev[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) { size_t have = c->in.size(); if (have > sizeof RB / 2) { drop(c); continue; } memcpy(RB, c->in.data(), have); ssize_t r; if (RECV && got[i] != -1000) { r = got[i]; if (r > 0) memcpy(RB + have, &pool[i * 4096], r); else if (r < 0) { errno = -r; r = -1; } } else r = recv(c->fd, RB + have, sizeof RB - have, 0);
        if (r <= 0) { if (r == 0 || errno != EAGAIN) drop(c); continue; } size_t tot = have + r, u = eat(c, RB, tot); if (c->fd < 0) continue; if (u == tot) { if (have) c->in.clear(); } else c->in.assign(RB + u, tot - u); } }
    flushAll(); for (auto* g : graveyard) delete g; graveyard.clear(); }
}
