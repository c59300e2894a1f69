#!/usr/bin/env node
// The fault kit: a cluster of real processes under counted traffic, one named fault, and what became of every acknowledged message.
//   node --experimental-websocket bench/faults/run.mjs kill-gateway --clients 120 --rate 100 --seed 1
// Exit code 1 when a promise is broken, 2 when the kit itself failed.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FaultCluster, secrets } from './fault-cluster.mjs';
import { Ledger, silenceLimit } from './ledger.mjs';
import { scenarios } from './scenarios.mjs';
import { Traffic, randomOf } from './traffic.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    clients: { type: 'string', default: '120' }, rate: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' }, before: { type: 'string', default: '5' },
    after: { type: 'string', default: '5' }, away: { type: 'string' }, store: { type: 'string', default: 'mariadb' }, gateways: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' }, 'web-apis': { type: 'string', default: '2' }, registers: { type: 'string', default: '1' }, logs: { type: 'boolean', default: false },
  },
});

/** The whole log, conversation by conversation, as an administrator exports it. */
async function logOf(cluster) {
  const rows = [];
  for (let conversation = 1, missing = 0; missing < 100; conversation++) {
    const answer = await fetch(`${cluster.http[0]}/api/v1/admin/export?conversation=${conversation}`, { headers: { 'X-Api-Key': secrets.api } });
    const text = await answer.text();
    missing = answer.status === 404 ? missing + 1 : 0;
    if (answer.status !== 200 && answer.status !== 404) throw new Error(`export: ${answer.status} ${text}`);
    if (answer.status === 200) rows.push(...text.split('\n').filter(Boolean).map((line) => JSON.parse(line)));
  }
  return rows;
}

async function settle(ledger, limit) {
  const began = performance.now();
  while (performance.now() - began < limit && ledger.waiting().length > 0) await delay(250);
}

async function play(name, scenario) {
  const random = randomOf(Number(values.seed));
  const cluster = await FaultCluster.start({ gateways: Number(values.gateways), workers: Number(values.workers), webApis: Number(values['web-apis']), registers: Number(values.registers), store: values.store });
  const ledger = new Ledger();
  const traffic = new Traffic(cluster, ledger, { clients: Number(values.clients), rate: Number(values.rate), random });
  try {
    await traffic.start();
    traffic.run();
    await delay(Number(values.before) * 1000);
    const before = await cluster.memory();
    await scenario.run({ cluster, traffic, random, away: Number(values.away ?? scenario.away) });
    await delay(Number(values.after) * 1000);
    await traffic.stop();
    // What is sent but not acknowledged yet may still be; then what is acknowledged has its time to be shown.
    await delay(2000);
    await settle(ledger, silenceLimit + 10_000);
    const until = performance.now();
    const found = ledger.verdict(await logOf(cluster), until);
    const after = await cluster.memory();
    const { broken, ...counts } = found;
    console.log(`${name} (seed ${values.seed}): ${Object.entries(counts).map(([key, value]) => `${key} ${value}`).join(', ')}`);
    console.log(`  memory MiB before > after: ${Object.keys(after).map((key) => `${key} ${before[key] ?? '-'}>${after[key]}`).join(', ')}`);
    console.log(`  bytes logged: ${Object.entries(cluster.logged()).map(([key, value]) => `${key} ${value}`).join(', ')}`);
    console.log(broken.length > 0 ? `  BROKEN: ${broken.join(', ')}` : '  kept: nothing lost, doubled, out of order or silent');
    if (values.logs) for (const [role, child] of cluster.running) if (child.printed) console.log(`--- ${role}\n${child.printed()}`);
    return broken.length > 0 ? 1 : 0;
  } finally {
    traffic.close();
    await cluster.stop();
  }
}

const name = positionals[0];
const scenario = scenarios[name];
if (!scenario || (scenario.store && scenario.store !== values.store)) {
  console.error(scenario ? `${name} needs --store ${scenario.store}` : `Which fault?\n${Object.entries(scenarios).map(([key, { does, away }]) => `  ${key.padEnd(18)}${does} (${away} s)`).join('\n')}`);
  process.exit(2);
}
try {
  process.exitCode = await play(name, scenario);
} catch (fault) {
  console.error(fault);
  process.exitCode = 2;
}
process.exit();
