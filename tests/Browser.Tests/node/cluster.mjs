// The roles as processes of their own, so that each can be ended and begun alone.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Wire, end, freePort, run } from './processes.mjs';
import { patient } from './standalone.mjs';

const program = (role) => fileURLToPath(new URL(`../../../artifacts/bin/${role}/release/Portico.${role}.dll`, import.meta.url));

/** Register, gateway, worker and web-api; `restart(role)` ends one as a crash would and begins it again. */
export async function startCluster() {
  const [register, gateway, inner, http, log] = [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), 'portico-roles-'));
  const wire = await Wire.to(gateway);
  const shared = [`--TokenSecret=${'t'.repeat(40)}`, `--CodeKeys:0=${'c'.repeat(40)}`, `--DataFolder=${folder}`];
  const at = `RegisterAddress:0=127.0.0.1:${register}`;
  const roles = {
    register: ['Register', 'register is ready', `--Register:Listen=127.0.0.1:${register}`],
    webApi: ['WebApi', 'web-api is ready', `--WebApi:Listen=http://127.0.0.1:${http}`, `--WebApi:InnerListen=127.0.0.1:${log}`, `--WebApi:${at}`, `--WebApi:Demo=true`, '--Service:LeaseSeconds=300', `--WebApi:ClientUrl=ws://127.0.0.1:${wire.port}/`, ...patient],
    gateway: ['Gateway', 'gateway is ready', `--Gateway:Listen:0=websocket://127.0.0.1:${gateway}`, `--Gateway:LanPort=${inner}`, `--Gateway:${at}`],
    worker: ['BusinessWorker', 'businessworker is ready', '--BusinessWorker:Events:0=shop', '--BusinessWorker:Events:1=service', `--BusinessWorker:MessageLog=http://127.0.0.1:${log}`, `--BusinessWorker:${at}`],
  };
  const running = {};
  const begin = async (name) => {
    const [role, ready, ...args] = roles[name];
    running[name] = await run([program(role), ...args, ...shared], folder, ready);
  };
  for (const name of Object.keys(roles)) await begin(name);
  return {
    url: `http://127.0.0.1:${http}`,
    wire,
    async restart(name) {
      await end(running[name], 'SIGKILL');
      await begin(name);
    },
    async stop() {
      wire.close();
      for (const child of Object.values(running).reverse()) await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
