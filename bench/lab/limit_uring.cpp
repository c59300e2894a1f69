// limit-uring - the cheapest thing that still speaks RFC 6455: one thread, io_uring, echo + broadcast. A ceiling, not a product.
//   g++ -O2 -std=c++17 -o limit_uring limit_uring.cpp -luring ;  ./limit_uring PORT [--text]
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
#include <liburing.h>
#include <memory>
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

typedef std::shared_ptr<string> Buf;
struct Conn { int fd; u32 id; bool up=false, bc=false, dead=false, inflight=false, recvOn=false; string in; std::vector<Buf> q; Buf cur; size_t off=0; size_t pos=0; int refs=0; };
static std::vector<Conn*> subs; static io_uring R; static string OB; static Conn* cur; static std::vector<Conn*> dirty; static std::vector<char> dirtyMark;
enum { ACC=1, RCV=2, SND=3, CLS=4 };
static io_uring_sqe* sqe() { io_uring_sqe* s; while (!(s = io_uring_get_sqe(&R))) io_uring_submit(&R); return s; }
static void tag(io_uring_sqe* s, int k, Conn* c) { io_uring_sqe_set_data64(s, (u64)c | k); if (c) c->refs++; }
static void drop(Conn* c) { if (c->dead) return; c->dead = true; if (c->bc) { subs[c->pos] = subs.back(); subs[c->pos]->pos = c->pos; subs.pop_back(); } shutdown(c->fd, SHUT_RDWR); }
static void kick(Conn* c) { if (c->inflight || c->q.empty() || c->fd < 0) return; if (c->q.size() == 1) c->cur = c->q[0]; else { auto b = std::make_shared<string>(); for (auto& x : c->q) b->append(*x); c->cur = b; } c->q.clear(); c->off = 0; c->inflight = true;
  auto s = sqe(); io_uring_prep_send(s, c->fd, c->cur->data(), c->cur->size(), MSG_NOSIGNAL | MSG_WAITALL); tag(s, SND, c); }
static void put(Conn* c, Buf b) { if (c->dead) return; c->q.push_back(std::move(b)); kick(c); }
static void putOB(Conn* c) { if (OB.empty()) return; put(c, std::make_shared<string>(OB)); OB.clear(); }
static void hdr(string& o, u8 op, size_t n) { o.push_back((char)(0x80 | op)); if (n < 126) o.push_back((char)n); else if (n < 65536) { o.push_back(126); o.push_back((char)(n >> 8)); o.push_back((char)n); } else { o.push_back(127); for (int i = 7; i >= 0; i--) o.push_back((char)((u64)n >> (8 * i))); } }
static size_t eat(Conn* c, char* b, size_t n) {
  size_t o = 0; OB.clear();
  if (!c->up) { char* e = (char*)memmem(b, n, "\r\n\r\n", 4); if (!e) return 0; string h(b, e - b + 2); o = e - b + 4; string key; size_t p = 0;
    while ((p = h.find("\r\n", p)) != string::npos) { p += 2; if (!strncasecmp(h.c_str() + p, "sec-websocket-key:", 18)) { size_t v = p + 18; while (h[v] == ' ') v++; size_t x = h.find("\r\n", v); key = h.substr(v, x - v); } }
    if (key.empty()) { drop(c); return o; } u8 d[20]; sha1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", d); c->up = true;
    if (!h.compare(0, 14, "GET /broadcast")) { c->bc = true; c->pos = subs.size(); subs.push_back(c); }
    OB = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + b64(d, 20) + "\r\n\r\n"; putOB(c); }
  while (!c->dead && n - o >= 6) { u8* f = (u8*)b + o; u8 op = f[0] & 15; u64 len = f[1] & 127; size_t h = 2; if (!(f[1] & 0x80)) { drop(c); return o; }
    if (len == 126) { if (n - o < 8) break; len = f[2] << 8 | f[3]; h = 4; } else if (len == 127) { if (n - o < 14) break; len = 0; for (int i = 0; i < 8; i++) len = len << 8 | f[2 + i]; h = 10; if (len > (8u << 20)) { drop(c); return o; } }
    if (n - o < h + 4 + len) break; u32 m; memcpy(&m, f + h, 4); char* p = b + o + h + 4; u64 mm = (u64)m << 32 | m; size_t i = 0;
    for (; i + 8 <= len; i += 8) { u64 v; memcpy(&v, p + i, 8); v ^= mm; memcpy(p + i, &v, 8); } for (; i < len; i++) p[i] ^= ((u8*)&m)[i & 3];
    o += h + 4 + len;
    if (op == 8) { hdr(OB, 8, len < 2 ? 0 : 2); OB.append(p, len < 2 ? 0 : 2); string t = OB; ssize_t r = send(c->fd, t.data(), t.size(), MSG_NOSIGNAL); (void)r; OB.clear(); drop(c); return o; }
    if (op == 9) { hdr(OB, 10, len); OB.append(p, len); continue; } if (op > 2) continue;
    if (c->bc) { auto fr = std::make_shared<string>(); hdr(*fr, op, len); fr->append(p, len); for (size_t k = subs.size(); k-- > 0;) put(subs[k], fr); }
    else { hdr(OB, op, len); OB.append(p, len); } }
  putOB(c); return o;
}
static const int NB = 4096, BS = 4096; static char* BUFS; static io_uring_buf_ring* BR; static bool NOMS = false;
static void armRecv(Conn* c) { auto s = sqe(); io_uring_prep_recv_multishot(s, c->fd, nullptr, 0, 0); s->flags |= IOSQE_BUFFER_SELECT; s->buf_group = 0; tag(s, RCV, c); c->recvOn = true; }
static void maybeFree(Conn* c) { if (c->dead && c->refs == 0) { close(c->fd); delete c; } }
int main(int ac, char** av) {
  int port = ac > 1 ? atoi(av[1]) : 18095; signal(SIGPIPE, SIG_IGN); rlimit rl{200000, 200000}; setrlimit(RLIMIT_NOFILE, &rl);
  int L = socket(AF_INET, SOCK_STREAM, 0), one = 1; setsockopt(L, SOL_SOCKET, SO_REUSEADDR, &one, 4); setsockopt(L, IPPROTO_TCP, TCP_NODELAY, &one, 4); sockaddr_in a{}; a.sin_family = AF_INET; a.sin_port = htons(port); a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(L, (sockaddr*)&a, sizeof a) || listen(L, 4096)) { perror("listen"); return 1; }
  io_uring_params p{}; p.flags = (1u<<12)/*SINGLE_ISSUER*/ | (1u<<13)/*DEFER_TASKRUN*/ | IORING_SETUP_CQSIZE | (1u<<7)/*SUBMIT_ALL*/; p.cq_entries = 16384;
  int rc = io_uring_queue_init_params(4096, &R, &p); if (rc < 0) { fprintf(stderr, "ring %d\n", rc); return 1; }
  if (posix_memalign((void**)&BR, 4096, NB * sizeof(io_uring_buf))) return 1; BUFS = (char*)malloc((size_t)NB * BS);
  io_uring_buf_reg reg{}; reg.ring_addr = (u64)BR; reg.ring_entries = NB; reg.bgid = 0; if ((rc = io_uring_register_buf_ring(&R, &reg, 0))) { fprintf(stderr, "bufring %d\n", rc); return 1; }
  io_uring_buf_ring_init(BR); for (int i = 0; i < NB; i++) io_uring_buf_ring_add(BR, BUFS + (size_t)i * BS, BS, i, NB - 1, i); io_uring_buf_ring_advance(BR, NB);
  auto s = sqe(); io_uring_prep_multishot_accept(s, L, 0, 0, 0); tag(s, ACC, nullptr);
  static char RB[1 << 18];
  for (;;) { io_uring_submit_and_wait(&R, 1); unsigned h, n = 0; io_uring_cqe* e; int rec = 0;
    io_uring_for_each_cqe(&R, h, e) { n++; u64 d = io_uring_cqe_get_data64(e); int k = d & 7; Conn* c = (Conn*)(d & ~7ull); int r = e->res; bool more = e->flags & IORING_CQE_F_MORE;
      if (k == ACC) { if (r >= 0) { setsockopt(r, IPPROTO_TCP, TCP_NODELAY, &one, 4); Conn* x = new Conn; x->fd = r; armRecv(x); } if (!more) { auto s = sqe(); io_uring_prep_multishot_accept(s, L, 0, 0, 0); tag(s, ACC, nullptr); } continue; }
      if (!more) c->refs--;
      if (k == SND) { c->inflight = false; c->cur.reset(); if (r < 0) drop(c); if (!c->dead) kick(c); maybeFree(c); continue; }
      if (k == RCV) { if (e->flags & IORING_CQE_F_BUFFER) { int id = e->flags >> 16; char* b = BUFS + (size_t)id * BS; if (r > 0 && !c->dead) {
            if (c->in.empty()) { size_t u = eat(c, b, r); if (u < (size_t)r && !c->dead) c->in.assign(b + u, r - u); }
            else { size_t have = c->in.size(); if (have + r > sizeof RB) drop(c); else { memcpy(RB, c->in.data(), have); memcpy(RB + have, b, r); size_t u = eat(c, RB, have + r); if (!c->dead) c->in.assign(RB + u, have + r - u); } } }
          io_uring_buf_ring_add(BR, b, BS, id, NB - 1, rec++); }
        if (!more) { if (r == -ENOBUFS && !c->dead) armRecv(c); else if (r <= 0) drop(c); else if (!c->dead) armRecv(c); } maybeFree(c); } }
    io_uring_buf_ring_advance(BR, rec); io_uring_cq_advance(&R, n); }
}
