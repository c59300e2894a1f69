// What was sent, confirmed and shown, and what that says about the promises. Knows nothing of sockets, so that it can be tested itself.

/** Longest time in ms that an acknowledged message may take to a receiver who is connected. */
export const silenceLimit = 35_000;

/** All messages of a run by their id, and when each receiver was connected. Times are milliseconds of one monotonic clock. */
export class Ledger {
  messages = new Map();
  receivers = new Map();

  /** A client that is to receive; `kind` is `new` (portico.v1) or `old`. */
  receiver(name, kind) {
    if (!this.receivers.has(name)) this.receivers.set(name, { name, kind, up: [], shown: [], doubled: 0, lastSeq: new Map(), reordered: 0 });
    return this.receivers.get(name);
  }

  /** `how`: `new` (a portico.v1 client), `http` or `php`. */
  sent(id, how, from, to, at) { this.messages.set(id, { id, how, from, to, sentAt: at, ackedAt: null, conversation: null, seq: null, shownAt: new Map() }); }

  acked(id, at, conversation = null, seq = null) { Object.assign(this.messages.get(id), { ackedAt: at, conversation, seq }); }

  connected(name, at) { this.receivers.get(name).up.push([at, Infinity]); }

  disconnected(name, at) {
    const last = this.receivers.get(name).up.at(-1);
    if (last?.[1] === Infinity) last[1] = at;
  }

  /** A message reached the screen of a receiver. `order` counts upwards in a conversation: its sequence number, or the number of the log's row. */
  shown(name, id, at, conversation, order) {
    const receiver = this.receivers.get(name);
    const message = this.messages.get(id);
    if (!message) return;
    if (message.shownAt.has(name)) {
      receiver.doubled++;
      return;
    }
    message.shownAt.set(name, at);
    if (order < (receiver.lastSeq.get(conversation) ?? 0)) receiver.reordered++;
    receiver.lastSeq.set(conversation, Math.max(order, receiver.lastSeq.get(conversation) ?? 0));
  }

  /** Acknowledged messages that a connected receiver has not been shown yet. */
  waiting() {
    return [...this.messages.values()].filter((message) => message.ackedAt !== null && !message.shownAt.has(message.to)
      && this.receivers.get(message.to)?.up.some(([from, until]) => until === Infinity && (this.receivers.get(message.to).kind === 'new' || from <= message.sentAt)));
  }

  /**
   * What the run says, against what the log has (`rows`: objects with `conversation`, `seq` and `content`, which is the id). `until` is when watching ended.
   * Old clients lose only what was sent while they were connected and stayed so: they do not ask for what they missed.
   */
  verdict(rows, until) {
    const inLog = new Map();
    const numbers = new Map();
    for (const row of rows) {
      inLog.set(row.content, (inLog.get(row.content) ?? 0) + 1);
      numbers.set(row.conversation, [...(numbers.get(row.conversation) ?? []), row.seq]);
    }
    const acked = [...this.messages.values()].filter((message) => message.ackedAt !== null);
    const found = { sent: this.messages.size, acked: acked.length, lost: 0, doubledInLog: 0, holes: 0, doubled: 0, reordered: 0, oldReordered: 0, silent: 0, oldLost: 0, oldAway: 0, silence: 0, late: 0 };
    found.lost = acked.filter((message) => !inLog.has(message.id)).length;
    found.doubledInLog = [...inLog.values()].filter((count) => count > 1).length;
    for (const seqs of numbers.values()) found.holes += seqs.sort((a, b) => a - b).filter((seq, at) => seq !== at + 1).length ? 1 : 0;
    for (const receiver of this.receivers.values()) {
      found.doubled += receiver.doubled;
      if (receiver.kind === 'new') found.reordered += receiver.reordered;
      else found.oldReordered += receiver.reordered;
    }
    for (const message of acked) {
      const receiver = this.receivers.get(message.to);
      if (!receiver) continue;
      const shownAt = message.shownAt.get(message.to);
      const stayed = receiver.up.find(([from, end]) => from <= message.sentAt && end >= Math.min(shownAt ?? until, message.ackedAt + silenceLimit));
      if (receiver.kind === 'old') {
        if (shownAt === undefined && stayed) found.oldLost++;
        else if (shownAt === undefined) found.oldAway++;
      } else if (shownAt === undefined && receiver.up.at(-1)?.[1] === Infinity) {
        found.silent++;
      }
      if (shownAt === undefined && receiver.kind === 'old') continue;
      // How long a connected receiver waited: from the acknowledgement, or from when they came back.
      const since = receiver.up.filter(([from, end]) => from <= (shownAt ?? until) && end >= (shownAt ?? until)).map(([from]) => Math.max(from, message.ackedAt))[0];
      if (since !== undefined) found.silence = Math.max(found.silence, (shownAt ?? until) - since);
      if (shownAt !== undefined && shownAt - message.ackedAt > 1000) found.late++;
    }
    found.silence = Math.round(found.silence);
    found.broken = Object.entries({
      lost: found.lost, doubledInLog: found.doubledInLog, holes: found.holes, doubled: found.doubled, reordered: found.reordered, silent: found.silent, oldLost: found.oldLost,
      silence: found.silence > silenceLimit ? found.silence : 0, nothingAcked: found.acked === 0 ? 1 : 0,
    }).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${count}`);
    return found;
  }
}
