// A standalone Portico on free ports, its gateway behind a wire that can be cut; and Debian's Chromium.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../../artifacts/bin/Standalone/release/Portico.Standalone.dll', import.meta.url));
const chromiumPath = '/usr/bin/chromium';

/** Why the browser tests cannot run here; null when they can. */
export async function missing() {
  if (!existsSync(chromiumPath)) return 'chromium is not installed';
  if (!existsSync(program)) return 'standalone is not built';
  try {
    await import('playwright-core');
    await import('axe-core');
    return null;
  } catch {
    return 'npm install was not run in tests/Browser.Tests';
  }
}

export async function launchChromium() {
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath: chromiumPath, headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Passes bytes on until it is cut; while cut, connections are refused by closing them. */
class Wire {
  sockets = new Set();
  isCut = false;

  static async to(port) {
    const wire = new Wire();
    wire.server = net.createServer((near) => {
      if (wire.isCut) {
        near.destroy();
        return;
      }
      const far = net.connect(port, '127.0.0.1');
      for (const [from, into] of [[near, far], [far, near]]) {
        wire.sockets.add(from);
        from.on('error', () => { /* 'close' follows */ }).on('close', () => { wire.sockets.delete(from); into.destroy(); }).pipe(into);
      }
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => wire.server.once('listening', resolve));
    wire.port = wire.server.address().port;
    return wire;
  }

  cut() { this.isCut = true; this.sockets.forEach((socket) => socket.destroy()); }

  mend() { this.isCut = false; }

  close() { this.cut(); this.server.close(); }
}

export async function startStandalone() {
  const [register, gateway, inner, http, log] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), 'portico-browser-'));
  const wire = await Wire.to(gateway);
  const args = [program, `--Register:Listen=127.0.0.1:${register}`, `--Gateway:LanPort=${inner}`, `--Gateway:Listen:0=websocket://127.0.0.1:${gateway}`,
    `--WebApi:Listen=http://127.0.0.1:${http}`, `--WebApi:InnerListen=127.0.0.1:${log}`, `--WebApi:ClientUrl=ws://127.0.0.1:${wire.port}/`];
  let child = await run(args, folder);
  return {
    url: `http://127.0.0.1:${http}`,
    wire,
    /** All roles end, and begin again with the same data. */
    async restart() {
      await end(child);
      child = await run(args, folder);
    },
    async stop() {
      wire.close();
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function run(args, folder) {
  const child = spawn('dotnet', args, { cwd: folder });
  let printed = '';
  await new Promise((resolve, reject) => {
    const take = (bytes) => {
      printed += bytes;
      if (printed.includes('Portico is ready')) resolve();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('exit', () => reject(new Error(`standalone ended:\n${printed}`)));
    setTimeout(() => reject(new Error(`standalone was not ready in 60 s:\n${printed}`)), 60_000).unref();
  });
  return child;
}

async function end(child) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
