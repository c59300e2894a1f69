// Programs as processes of their own, ports for them, and a wire that can be cut.
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { readFile } from 'node:fs/promises';
import net from 'node:net';

const firstPort = 12_000;

/**
 * A port for a server that must be told one, or that comes back on the same one. Below the range the kernel hands out, so that no
 * outgoing connection gets it meanwhile (the browser makes many, and one to a server that is away could even connect to itself);
 * claimed by a UDP socket, which goes with this process, against other tests of this machine.
 */
export async function freePort() {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '');
  const kernels = Number.parseInt(range, 10) || 32_768;
  const end = kernels > firstPort + 2000 ? Math.min(32_000, kernels) : 32_000;
  for (;;) {
    const port = firstPort + Math.floor(Math.random() * (end - firstPort));
    const claim = dgram.createSocket('udp4').unref();
    const server = net.createServer();
    try {
      await new Promise((resolve, reject) => claim.once('error', reject).bind({ port, address: '127.0.0.1', exclusive: true }, resolve));
      await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
      await new Promise((resolve) => server.close(resolve));
      return port;
    } catch {
      claim.close(); // somebody has it: try the next
    }
  }
}

/** Passes bytes on until it is cut; while cut, connections are refused by closing them. Dead, it swallows bytes and says nothing. */
export class Wire {
  sockets = new Set();
  isCut = false;
  isDead = false;

  /** `at`: where it listens; by default on a free port of 127.0.0.1. */
  static async to(port, at = { host: '127.0.0.1', port: 0 }) {
    const wire = new Wire();
    wire.server = net.createServer((near) => {
      if (wire.isCut) {
        near.destroy();
        return;
      }
      const far = net.connect(port, '127.0.0.1');
      for (const [from, into] of [[near, far], [far, near]]) {
        wire.sockets.add(from);
        from.on('error', () => { /* 'close' follows */ }).on('close', () => { wire.sockets.delete(from); into.destroy(); });
        from.on('data', (bytes) => { if (!wire.isDead) into.write(bytes); }).on('end', () => { if (!wire.isDead) into.end(); });
      }
    }).listen(at.port, at.host);
    await new Promise((resolve) => wire.server.once('listening', resolve));
    wire.port = wire.server.address().port;
    return wire;
  }

  cut() { this.isCut = true; this.sockets.forEach((socket) => socket.destroy()); }

  mend() { this.isCut = false; }

  /** As a phone between two networks: no byte passes any more, and no side is told. */
  die() { this.isDead = true; }

  revive() { this.isDead = false; }

  close() { this.cut(); this.server.close(); }
}

// Whatever happens to a test, its programs go with it.
const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts a role and waits for the line that says it is ready. */
export async function run(args, folder, ready) {
  const child = spawn('dotnet', args, { cwd: folder });
  running.add(child);
  let printed = '';
  child.printed = () => printed;
  child.once('exit', (code, signal) => {
    running.delete(child);
    if (!child.isEnding) console.error(`${args[0]} ended by itself, ${signal ?? code}:\n${printed.slice(-4000)}`);
  });
  await new Promise((resolve, reject) => {
    const take = (bytes) => {
      printed += bytes;
      if (printed.includes(ready)) resolve();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('exit', () => reject(new Error(`${args[0]} ended:\n${printed}`)));
    setTimeout(() => reject(new Error(`${args[0]} was not ready in two minutes:\n${printed}`)), 120_000).unref();
  });
  return child;
}

/** As an operator ends it; as a crash would, with SIGKILL. One that does not end fails the test, and says what it had printed. */
export async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.isEnding = true;
  await new Promise((resolve, reject) => {
    const guard = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`it did not end within two minutes of ${signal}:\n${child.printed()}`));
    }, 120_000);
    child.once('exit', () => { clearTimeout(guard); resolve(); });
    child.kill(signal);
  });
}
