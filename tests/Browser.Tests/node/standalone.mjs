// A standalone Portico on free ports, its gateway behind a wire that can be cut; and Debian's Chromium.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Wire, end, freePort, run } from './processes.mjs';

const program = fileURLToPath(new URL('../../../artifacts/bin/Standalone/release/Portico.Standalone.dll', import.meta.url));
// A push or a question that takes long is late, not lost: no test is about their limits.
export const patient = ['--WebApi:Limits:PushMilliseconds=60000', '--WebApi:Limits:PresenceMilliseconds=60000', '--WebApi:Limits:GatewayMilliseconds=60000'];
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

/** Headless Chromium. Its `close` ends: a Chromium that does not go when asked is left to the end of this process, which kills it. */
export async function launchChromium() {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({
    executablePath: chromiumPath, headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const close = browser.close.bind(browser);
  browser.close = async () => {
    const ended = await Promise.race([close().then(() => true), setTimeout(30_000, false, { ref: false })]);
    if (!ended) console.error('Chromium did not close in 30 s');
  };
  return browser;
}

export async function startStandalone(...more) {
  const [register, gateway, inner, http, log] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), 'portico-browser-'));
  const wire = await Wire.to(gateway);
  const args = [program, `--Register:Listen=127.0.0.1:${register}`, `--Gateway:LanPort=${inner}`, `--Gateway:Listen:0=websocket://127.0.0.1:${gateway}`,
    `--WebApi:Listen=http://127.0.0.1:${http}`, `--WebApi:InnerListen=127.0.0.1:${log}`, `--WebApi:ClientUrl=ws://127.0.0.1:${wire.port}/`, ...patient, ...more];
  let child = await run(args, folder, 'Portico is ready');
  return {
    folder,
    /** What the program has said so far. */
    printed: () => child.printed(),
    gateway,
    url: `http://127.0.0.1:${http}`,
    wire,
    /** All roles end, and begin again with the same data. */
    async restart() {
      await end(child);
      child = await run(args, folder, 'Portico is ready');
    },
    async stop() {
      wire.close();
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
