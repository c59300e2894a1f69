/**
 * Portico's client library: browsers, Node 22+ and WeChat mini-programs.
 *
 * Each message of a conversation reaches the page exactly once and in order, through lost connections, repeated and overtaking pushes:
 * listen to `message`, and load what was before with `history()`. `send()` resolves when the server has stored the message.
 *
 * `offline` is followed by another try, after a delay that doubles up to `retryTo`. `closed` is final until the page calls `connect()`: after
 * `close()`, after the closes 1000 with a reason (the application ended it) and 4009 (replaced by a newer connection), after
 * 4001 when the token cannot be renewed, and with the reason `another user` when a token names somebody else than the one before.
 */
export type State = 'idle' | 'connecting' | 'online' | 'offline' | 'closed';

export interface Options {
  /** The gateway, like `wss://chat.example:8282/`. */
  url: string;
  /** Base address of the web-api ('' is the page's own origin); without it (null) HTTP is never used. */
  api?: string | null;
  /** The user's token, or a function that brings one; the function is asked at every connect and when a token ends, and again when it fails or takes longer than `answerWithin`. */
  token?: string | (() => string | Promise<string>) | null;
  /** How the gateway is shown the token: as an offered subprotocol, which no proxy logs (default, but not in WeChat), or in the address. */
  tokenIn?: 'protocol' | 'address' | null;
  /** Binds the connection to the user where your backend does that; false tries again later. Default: POST `push/push/BindUserClientId` at `api`. */
  bind?: ((clientId: string) => boolean | Promise<boolean>) | null;
  /** Speak as an old client, to old servers: no numbers, no acknowledgements, `content` of texts is HTML. Default false. */
  legacy?: boolean;
  /** Milliseconds of silence after which the server is asked for a sign of life. Default 30000. */
  heartbeat?: number;
  /** Milliseconds to wait for an answer. Default 10000. */
  answerWithin?: number;
  /** Milliseconds after which an unconfirmed message is sent again. Default 10000. */
  ackWithin?: number;
  /** First delay before connecting again, in milliseconds; half of each is random. Default 500. */
  retryFrom?: number;
  /** Longest delay before connecting again, in milliseconds. Default 30000. */
  retryTo?: number;
  /** Milliseconds that a missing number may still be under way before it is fetched. Default 200. */
  holeWait?: number;
  /** Messages that may wait to be sent. Default 200. */
  maxQueue?: number;
  /** Messages held back for one that is missing, in each conversation; further ones are fetched again. Default 1000. */
  maxHeld?: number;
  /** Messages in one page of a resume. Default 200. */
  pageLength?: number;
  /** Makes sockets, where there is neither WebSocket nor `wx.connectSocket`. */
  socket?: ((url: string, protocols: string[]) => SocketLike) | null;
  /** Makes HTTP requests, where there is neither fetch nor `wx.request`. */
  request?: ((call: { method: string; url: string; headers: Record<string, string>; body?: unknown; timeout: number }) => Promise<{ status: number; data: any }>) | null;
  /** Where jitter and ids come from. Default Math.random. */
  random?: () => number;
}

/** What the library uses of a WebSocket. */
export interface SocketLike {
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  readonly protocol?: string;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

/** One message: equal in all members whether it comes as the event `message` (on the sender's devices, too) or from `history()`. */
export interface Message {
  /** Row of the log. */
  id: number;
  conversation: string | null;
  /** Counts from 1 without holes in its conversation; null from old servers. */
  seq: number | null;
  /** Sent by this user, from here or from another device. */
  own: boolean;
  /** Sent by this side: by this user, or by another agent of the customer service. */
  ours: boolean;
  /** The agent who wrote it, where that is known. */
  author: string | null;
  /** The other side: a uid, the opaque code of a buyer, or a visitor's openid; '' for the agents together. */
  peer: string | null;
  /** 1 text, 2 product card, 3 picture addresses. */
  type: number;
  /** Raw text (never put it into HTML unescaped), the card, or the addresses. */
  content: any;
  /** Text and pictures in order, when a message mixes them. */
  parts: Array<{ text?: string; image?: string }> | null;
  /** Unix milliseconds. */
  at: number;
  recalled: boolean;
  /** The id that was given to `send()`, also on another device; null where there was none. */
  clientMsgId: string | null;
  /** From an old server: `content` is HTML that the server has escaped. */
  html?: boolean;
}

/** What the server says of a stored message. To an old server (`legacy`) only `clientMsgId` and `unconfirmed` are known. */
export interface Receipt {
  clientMsgId: string;
  conversation: string;
  seq: number;
  /** Row of the log. */
  id: number;
  /** Unix milliseconds. */
  at: number;
  /** An earlier sending of the same id was stored already. */
  repeated: boolean;
  /** Written to an old server, which confirms nothing. */
  unconfirmed?: boolean;
}

/** Messages that wait; see `pending`. */
export interface Pending { id: string; to: string | null; content: any; type: number }

export interface Events {
  /** `retryIn` milliseconds when offline; `code` and `reason` of the close. */
  state: { state: State; code?: number; reason?: string; retryIn?: number; clientId?: string };
  message: Message;
  ack: Receipt;
  /** A message was refused for good. */
  failed: PorticoError & { clientMsgId: string };
  /** History is no longer kept: the messages `from` to `to` of a conversation will not come. */
  gap: { conversation: string; from: number; to: number };
  /** What a resume told of a conversation. */
  conversation: { conversation: string; peer: string; lastSeq: number; read: number; peerRead: number; keptFrom: number };
  /** The other side (or, with `own`, another device of this user) has read up to `seq`. */
  read: { conversation: string; seq: number; own: boolean; unread?: number };
  typing: { conversation: string };
  recall: { conversation: string; seq: number };
  /** How many messages are not confirmed has changed; `portico.pending` has them. */
  pending: { waiting: number };
  /** No token (`token`), not bound, or the server says `error` unasked. The client goes on by itself. */
  error: Error;
}

export class PorticoError extends Error {
  constructor(code: string, message?: string);
  /**
   * An error code of the protocol, or `over_limit` (a limit of the day; `message` says which), `offline`, `timeout`, `closed`, `queue_full`, `too_big`, `internal` (the server failed at this message, twice), `token`,
   * `another_user`, `unauthorized`, `unsupported`, `bad_answer`, `http_<status>`.
   */
  code: string;
  /** The id of the message that this is about. */
  clientMsgId?: string;
}

export class Portico {
  constructor(options: Options);
  /** How the connection is; the event `state` tells when it changes. */
  readonly state: State;
  /** Who the token says one is; for good: a token of somebody else closes the client. */
  readonly uid: string | null;
  /** Name of this connection in the cluster. */
  readonly clientId: string | null;
  /** Messages not confirmed yet, in order. `keepPending` keeps them over a reload. */
  readonly pending: Pending[];
  /** Connects, and again whenever the connection is lost, until `close()` or a final close of the server. */
  connect(): void;
  /** Ends the connection. What is not confirmed, and `history()` that still waits, is rejected with `closed`; a message under way may have been stored. */
  close(): void;
  /** Connect now, or check that the connection lives; see `wakeWithPage`. */
  wake(): void;
  /** An id for a message, for those who want to know it before they send. */
  newId(): string;
  /** Returns how to stop listening. Other frames of the server (`badge`, `queue`, `claimed`, …) are events of their names. */
  on<K extends keyof Events>(name: K, listener: (value: Events[K]) => void): () => void;
  on<N extends string>(name: N extends keyof Events ? never : N, listener: (frame: any) => void): () => void;
  /**
   * Resolves once it is stored. Waits while offline; retried with the same id, stored once. Rejected when the server refuses it for good, when `maxQueue` wait
   * already, and by `close()`. One message for each receiver is under way at a time, so they are stored in this order. A visitor of the customer service gives
   * null as `to`.
   */
  send(to: string | null, content: any, options?: { type?: 1 | 2 | 3; id?: string }): Promise<Receipt>;
  /** This user has seen all up to `seq`; told now or with the next connection. */
  markRead(conversation: string, seq: number): void;
  /** This user is typing; at most one in 2 s leaves. */
  typing(conversation: string): void;
  /** Takes an own message back; `too_late` after two minutes. */
  recall(conversation: string, seq: number): Promise<unknown>;
  /** Who of at most 100 uids or codes is there: 1, 0, or null where it is not known now. */
  online(uids: string[]): Promise<Record<string, 0 | 1 | null>>;
  /**
   * Messages up to what came as events, oldest first; `before` a number turns pages back. Waits for a connection. Over the WebSocket, or over
   * `api` where the server does not know how.
   */
  history(peer: string, options?: { conversation?: string | null; before?: number; limit?: number }): Promise<{ messages: Message[]; more: boolean; keptFrom: number }>;
  /** The user's conversations, newest first, over `api`. */
  conversations(options?: { limit?: number; offset?: number }): Promise<{ conversations: Array<{ conversation: string; peer: string; last_seq: number; kept_from: number; read: number; peer_read: number; unread: number; last_at: number; last?: { seq: number; sender: string; type: number; content: any; recalled?: boolean } }>; more: boolean }>;
  /** Any other request of the protocol; resolves with its answer. */
  request(type: string, fields?: Record<string, unknown>): Promise<any>;
  /** A call of the web-api as this user; a Blob is sent as it is, anything else as JSON. */
  api(method: string, path: string, body?: unknown): Promise<any>;
}

/** Follows the network and whether the page (or the mini-program) is seen, so that a phone that wakes up is connected at once. Returns how to stop. */
export function wakeWithPage(portico: Portico, page?: unknown): () => void;

/**
 * Keeps what is not confirmed in a storage, at each change, and sends now what an earlier page of the same user left there, with its id: over a reload nothing
 * is lost and nothing is stored twice. What another user left is dropped. Returns how to stop.
 */
export function keepPending(portico: Portico, name: string, uid: string, storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): () => void;
