// A cluster of processes that a fault can be injected into: every process has a name (gateway1, worker2, webApi1, register1, database).
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Wire, end, freePort, run } from '../../tests/Browser.Tests/node/processes.mjs';

const execute = promisify(execFile);
const program = (role) => fileURLToPath(new URL(`../../artifacts/bin/${role}/release/Portico.${role}.dll`, import.meta.url));

/** Secrets of the run; the same for all roles. */
export const secrets = { key: 'fault-kit-secret-key-0123456789', token: 'fault-kit-token-secret-of-32-characters!', api: 'fault-kit-api-key-0123456789abcdef', code: 'fault-kit-code-key-of-more-than-32-characters' };

export class FaultCluster {
  roles = new Map();
  running = new Map();
  wires = new Map();

  /** Counts of each role, and `store`: `sqlite` or `mariadb`. */
  static async start({ registers = 1, gateways = 3, workers = 2, webApis = 2, store = 'mariadb' } = {}) {
    const cluster = new FaultCluster();
    cluster.folder = await mkdtemp(join(tmpdir(), 'portico-faults-'));
    if (store === 'mariadb') await cluster.#startDatabase();
    const registerPorts = await Promise.all(Array.from({ length: registers }, () => freePort()));
    const at = (role) => registerPorts.map((port, index) => `--${role}:RegisterAddress:${index}=127.0.0.1:${port}`);
    const shared = [`--SecretKey=${secrets.key}`, `--TokenSecret=${secrets.token}`, `--CodeKeys:0=${secrets.code}`, `--DataFolder=${cluster.folder}`];
    registerPorts.forEach((port, index) => cluster.#role(`register${index + 1}`, 'Register', 'register is ready', [`--Register:Listen=127.0.0.1:${port}`, ...shared]));
    cluster.http = [];
    const logs = [];
    for (let index = 1; index <= webApis; index++) {
      const [http, log] = [await freePort(), await freePort()];
      cluster.http.push(`http://127.0.0.1:${http}`);
      logs.push(log);
      cluster.#role(`webApi${index}`, 'WebApi', 'web-api is ready', [`--WebApi:Listen=http://127.0.0.1:${http}`, `--WebApi:InnerListen=127.0.0.1:${log}`, ...at('WebApi'),
        `--WebApi:ApiKeys:0=${secrets.api}`, `--WebApi:Store=${store === 'mariadb' ? cluster.databaseAddress : `sqlite:${join(cluster.folder, 'portico.db')}`}`, ...shared]);
    }
    cluster.clients = [];
    for (let index = 1; index <= gateways; index++) {
      // The announced address is a wire's, so that a link to this gateway can be cut or frozen while its clients stay connected.
      const [client, inner] = [await freePort(), await freePort()];
      const host = `127.0.0.${10 + index}`;
      cluster.wires.set(`gateway${index}`, await Wire.to(inner, { host, port: inner }));
      cluster.clients.push({ name: `gateway${index}`, url: `ws://127.0.0.1:${client}/` });
      cluster.#role(`gateway${index}`, 'Gateway', 'gateway is ready', [`--Gateway:Listen:0=websocket://127.0.0.1:${client}`, `--Gateway:LanIp=${host}`, `--Gateway:LanPort=${inner}`,
        '--Gateway:InnerListen=127.0.0.1', ...at('Gateway'), ...shared]);
    }
    for (let index = 1; index <= workers; index++) {
      cluster.#role(`worker${index}`, 'BusinessWorker', 'businessworker is ready', [`--BusinessWorker:Name=worker${index}`, '--BusinessWorker:Events:0=shop',
        `--BusinessWorker:MessageLog=127.0.0.1:${logs[(index - 1) % logs.length]}`, ...at('BusinessWorker'), ...shared]);
    }
    for (const name of cluster.roles.keys()) await cluster.begin(name);
    return cluster;
  }

  /** Names of the processes of a role, as given: `gateway`, `worker`, `webApi`, `register`. */
  names(role) { return [...this.roles.keys()].filter((name) => name.startsWith(role)); }

  async begin(name) {
    if (name === 'database') {
      await this.#launchDatabase();
      return;
    }
    const { role, ready, args } = this.roles.get(name);
    this.running.set(name, await run([program(role), ...args], this.folder, ready));
  }

  async end(name, signal = 'SIGTERM') { await end(this.running.get(name), signal); }

  signal(name, signal) { this.running.get(name).kill(signal); }

  /** Resident memory of each process in MiB. */
  async memory() {
    const sizes = {};
    for (const [name, child] of this.running) {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      sizes[name] = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    }
    return sizes;
  }

  /** Bytes that each process has printed. */
  logged() { return Object.fromEntries([...this.running].filter(([, child]) => child.printed).map(([name, child]) => [name, child.printed().length])); }

  /** Runs the command-line tool. */
  async portico(...args) {
    return await execute('dotnet', [fileURLToPath(new URL('../../artifacts/bin/Cli/release/portico.dll', import.meta.url)), ...args], { env: { ...process.env, PORTICO_SECRET_KEY: secrets.key }, timeout: 300_000 });
  }

  async stop() {
    this.wires.forEach((wire) => wire.close());
    for (const child of [...this.running.values()].reverse()) {
      child.kill('SIGCONT');
      await end(child, child.printed ? 'SIGTERM' : 'SIGKILL');
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  #role(name, role, ready, args) { this.roles.set(name, { role, ready, args }); }

  async #startDatabase() {
    this.databasePort = await freePort();
    const user = process.env.USER || 'root';
    await execute('mariadb-install-db', ['--no-defaults', `--datadir=${join(this.folder, 'db')}`, '--auth-root-authentication-method=normal', '--skip-test-db', `--user=${user}`]);
    this.databaseAddress = `mysql:Server=127.0.0.1;Port=${this.databasePort};User ID=root;Database=portico;SslMode=Disabled`;
    await this.#launchDatabase();
    const socket = join(this.folder, 'socket');
    await execute('mariadb', ['--no-defaults', '-u', 'root', `--socket=${socket}`, '-e', "delete from mysql.user where user = ''; flush privileges; create database if not exists portico"]);
  }

  async #launchDatabase() {
    const server = ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd', '/usr/libexec/mariadbd'].find(existsSync);
    const child = spawn(server, ['--no-defaults', `--datadir=${join(this.folder, 'db')}`, `--port=${this.databasePort}`, '--bind-address=127.0.0.1', `--socket=${join(this.folder, 'socket')}`,
      '--skip-name-resolve', `--user=${process.env.USER || 'root'}`, '--innodb-buffer-pool-size=64M', '--max-connections=200']);
    this.running.set('database', child);
    await new Promise((resolve, reject) => {
      child.stderr.on('data', (bytes) => { if (String(bytes).includes('ready for connections')) resolve(); });
      child.stdout.on('data', () => {});
      child.once('exit', (code) => reject(new Error(`mariadbd ended with ${code}`)));
    });
    process.once('exit', () => child.kill('SIGKILL'));
  }
}
