// The faults by name. Each gets the cluster, the traffic and a random source, and returns when the fault has been healed.
import { setTimeout as delay } from 'node:timers/promises';

const seconds = (count) => delay(count * 1000);
const pick = (random, names) => names[Math.floor(random() * names.length)];

const restartOne = (role, signal) => async ({ cluster, random, away }) => {
  const name = pick(random, cluster.names(role));
  await cluster.end(name, signal);
  await seconds(away);
  await cluster.begin(name);
};

const freezeOne = (role) => async ({ cluster, random, away }) => {
  const name = pick(random, cluster.names(role));
  cluster.signal(name, 'SIGSTOP');
  await seconds(away);
  cluster.signal(name, 'SIGCONT');
};

/** `away`: default seconds that the fault lasts. `store`: the database that it needs. */
export const scenarios = {
  'none': { does: 'nothing', away: 5, run: ({ away }) => seconds(away) },
  'kill-gateway': { does: 'kill -9 of a gateway, started again', away: 3, run: restartOne('gateway', 'SIGKILL') },
  'term-gateway': { does: 'SIGTERM of a gateway, started again', away: 3, run: restartOne('gateway', 'SIGTERM') },
  'kill-worker': { does: 'kill -9 of a worker, started again', away: 3, run: restartOne('worker', 'SIGKILL') },
  'term-worker': { does: 'SIGTERM of a worker, started again', away: 3, run: restartOne('worker', 'SIGTERM') },
  'kill-web-api': { does: 'kill -9 of a web-api, started again', away: 3, run: restartOne('webApi', 'SIGKILL') },
  'term-web-api': { does: 'SIGTERM of a web-api, started again', away: 3, run: restartOne('webApi', 'SIGTERM') },
  'kill-register': { does: 'kill -9 of a register, started again', away: 12, run: restartOne('register', 'SIGKILL') },
  'term-register': { does: 'SIGTERM of a register, started again', away: 12, run: restartOne('register', 'SIGTERM') },
  'register-away': {
    does: 'register away, and a web-api restarted meanwhile', away: 10,
    run: async ({ cluster, random, away }) => {
      const register = cluster.names('register')[0];
      await cluster.end(register, 'SIGKILL');
      const web = pick(random, cluster.names('webApi'));
      await cluster.end(web, 'SIGTERM');
      const started = cluster.begin(web); // ready only when a register has answered
      await seconds(away);
      await cluster.begin(register);
      await started;
    },
  },
  'workers-away': {
    does: 'all workers killed, started again', away: 10,
    run: async ({ cluster, away }) => {
      await Promise.all(cluster.names('worker').map((name) => cluster.end(name, 'SIGKILL')));
      await seconds(away);
      await Promise.all(cluster.names('worker').map((name) => cluster.begin(name)));
    },
  },
  'stop-gateway': { does: 'SIGSTOP of a gateway', away: 30, run: freezeOne('gateway') },
  'stop-worker': { does: 'SIGSTOP of a worker', away: 30, run: freezeOne('worker') },
  'stop-web-api': { does: 'SIGSTOP of a web-api', away: 30, run: freezeOne('webApi') },
  'drain': {
    does: 'portico drain of a gateway, started again', away: 10,
    run: async ({ cluster, traffic, random, away }) => {
      const name = pick(random, cluster.names('gateway'));
      traffic.draining.add(name);
      const inner = cluster.roles.get(name).args.find((arg) => arg.startsWith('--Gateway:LanPort=')).split('=')[1];
      const host = cluster.roles.get(name).args.find((arg) => arg.startsWith('--Gateway:LanIp=')).split('=')[1];
      cluster.running.get(name).isEnding = true; // the drain ends the process
      await cluster.portico('drain', `${host}:${inner}`, '--seconds', String(away));
      await cluster.end(name);
      await cluster.begin(name);
      traffic.draining.delete(name);
    },
  },
  'link-cut': {
    does: 'a gateway\'s inner port resets connections', away: 15,
    run: async ({ cluster, random, away }) => {
      const wire = cluster.wires.get(pick(random, cluster.names('gateway')));
      wire.cut();
      await seconds(away);
      wire.mend();
    },
  },
  'link-frozen': {
    does: 'a gateway\'s inner port passes no byte', away: 15,
    run: async ({ cluster, random, away }) => {
      const wire = cluster.wires.get(pick(random, cluster.names('gateway')));
      wire.die();
      await seconds(away);
      wire.revive();
    },
  },
  'database-killed': {
    does: 'kill -9 of MariaDB, started again', away: 15, store: 'mariadb',
    run: async ({ cluster, away }) => {
      cluster.running.get('database').kill('SIGKILL');
      await seconds(away);
      await cluster.begin('database');
    },
  },
  'database-stopped': { does: 'SIGSTOP of MariaDB', away: 30, store: 'mariadb', run: freezeOne('database') },
  'reconnect-storm': {
    does: 'all clients cut at once, three times', away: 6,
    run: async ({ traffic, away }) => {
      for (let round = 0; round < 3; round++) {
        traffic.cutAll();
        await seconds(away / 3);
      }
    },
  },
  'rolling-restart': {
    does: 'SIGTERM and start of every process, one after another', away: 1,
    run: async ({ cluster, away }) => {
      for (const name of cluster.roles.keys()) {
        await cluster.end(name);
        await cluster.begin(name);
        await seconds(away);
      }
    },
  },
};
