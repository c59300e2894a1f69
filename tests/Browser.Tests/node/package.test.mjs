// What developers get: the types are those of the library, and the package works where it is installed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as library from '../../../web-api/wwwroot/js/portico.js';
import { missing, startStandalone } from './standalone.mjs';

const run = promisify(execFile);
const source = fileURLToPath(new URL('../../../web-api/wwwroot/js/', import.meta.url));
const guarded = { timeout: 180_000 };
const compiler = (() => { try { return createRequire(import.meta.url)('typescript'); } catch { return null; } })();

// Somebody who uses all of it, with the strictest settings; a line that must not compile says so.
const user = `
import { Portico, PorticoError, keepPending, wakeWithPage, type Events, type Message, type Options, type Receipt, type State } from 'portico-client';

const options: Options = {
  url: 'ws://127.0.0.1:8282/', api: null, token: async () => 'a.b.c', tokenIn: 'protocol', bind: (clientId) => clientId.length === 20, legacy: false, heartbeat: 1, answerWithin: 1, ackWithin: 1, retryFrom: 1, retryTo: 1,
  holeWait: 1, maxQueue: 1, maxHeld: 1, pageLength: 1, socket: (url, protocols) => new WebSocket(url, protocols), request: async ({ url }) => ({ status: url.length, data: null }), random: Math.random,
};
const chat = new Portico(options);
const off: () => void = chat.on('message', (message: Message) => { const seq: number | null = message.seq; void seq; });
chat.on('state', ({ state, retryIn }) => { const known: State = state; void known; void (retryIn ?? 0).toFixed(); });
chat.on('pending', ({ waiting }) => waiting.toFixed());
chat.on('failed', (fault) => { const id: string = fault.clientMsgId; void id; });
chat.on('badge', (frame) => frame.unread);
const gap: (value: Events['gap']) => void = ({ from, to }) => { void (from + to); };
chat.on('gap', gap);
chat.connect();
export async function all(): Promise<void> {
  const receipt: Receipt = await chat.send('V_1', { id: 5 }, { type: 2, id: chat.newId() });
  await chat.send(null, 'to the agents');
  const page = await chat.history('V_1', { conversation: receipt.conversation, before: receipt.seq, limit: 10 });
  const first: Message | undefined = page.messages[0];
  chat.markRead(receipt.conversation, first?.seq ?? page.keptFrom);
  chat.typing(receipt.conversation);
  await chat.recall(receipt.conversation, receipt.seq);
  const there: 0 | 1 | null | undefined = (await chat.online(['V_1']))['V_1'];
  const { conversations } = await chat.conversations({ limit: 1, offset: 0 });
  await chat.request('claim', { openid: 'o1' });
  await chat.api('GET', '/api/v1/unread');
  chat.pending.map(({ id, to, content, type }) => chat.send(to, content, { id, type: type as 1 }));
  void [there, conversations[0]?.peer, chat.uid, chat.clientId, chat.state, new PorticoError('code').code];
  wakeWithPage(chat)();
  keepPending(chat, 'unsent', 'U_1', sessionStorage)();
  off();
  chat.wake();
  chat.close();
  // @ts-expect-error a message needs a receiver
  await chat.send();
  // @ts-expect-error there is no such option
  new Portico({ url: '', heartBeat: 5 });
  // @ts-expect-error read only
  chat.state = 'online';
  // @ts-expect-error not of this event
  chat.on('typing', (told: { seq: number }) => told.seq);
}
`;

describe('types', { skip: compiler ? false : 'npm install was not run in tests/Browser.Tests' }, () => {
  let folder;
  before(async () => { folder = await mkdtemp(join(tmpdir(), 'portico-types-')); });
  after(async () => { await rm(folder, { recursive: true, force: true }); });

  function faultsOf(file) {
    const program = compiler.createProgram([file], {
      strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false, types: [], lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
      target: compiler.ScriptTarget.ES2022, module: compiler.ModuleKind.ESNext, moduleResolution: compiler.ModuleResolutionKind.Bundler, paths: { 'portico-client': [join(source, 'portico.d.ts')] },
    });
    return compiler.getPreEmitDiagnostics(program).map(({ messageText, start, file: where }) => `${where?.fileName ?? ''}:${start ?? 0} ${compiler.flattenDiagnosticMessageText(messageText, ' ')}`);
  }

  test('declaration_compilesWithAStrictUser', guarded, async () => {
    await writeFile(join(folder, 'user.ts'), user);

    assert.deepEqual(faultsOf(join(folder, 'user.ts')), []);
  });

  test('declaration_hasEveryPublicMember_andNoOther', guarded, async () => {
    const file = compiler.createSourceFile('portico.d.ts', await readFile(join(source, 'portico.d.ts'), 'utf8'), compiler.ScriptTarget.ES2022, true);
    const declared = {};
    const exported = [];
    for (const node of file.statements) {
      if (compiler.isClassDeclaration(node)) declared[node.name.text] = [...new Set(node.members.map((member) => member.name?.getText() ?? 'constructor'))].sort();
      if (compiler.isInterfaceDeclaration(node)) declared[node.name.text] = node.members.map((member) => member.name.getText()).sort();
      if (compiler.isClassDeclaration(node) || compiler.isFunctionDeclaration(node)) exported.push(node.name.text);
    }
    const code = await readFile(join(source, 'portico.js'), 'utf8');
    const options = [...code.split('const defaults = {')[1].split('\n};')[0].matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
    const emitted = [...code.matchAll(/#emit\('(\w+)'/g)].map(([, name]) => name);

    assert.deepEqual(Object.keys(library).sort(), exported.sort());
    assert.deepEqual(Object.getOwnPropertyNames(library.Portico.prototype).sort(), declared.Portico);
    assert.deepEqual(options.sort(), declared.Options);
    assert.deepEqual([...new Set(emitted)].sort(), declared.Events);
  });

  test('declaration_saysWhatEachMemberIsFor', guarded, async () => {
    const file = compiler.createSourceFile('portico.d.ts', await readFile(join(source, 'portico.d.ts'), 'utf8'), compiler.ScriptTarget.ES2022, true);
    const silent = [];
    for (const node of file.statements) {
      if (!(compiler.isClassDeclaration(node) || node.name?.text === 'Options')) continue;
      for (const member of node.members) {
        const isOverload = node.members.some((other) => other !== member && other.name?.getText() === member.name?.getText());
        if (member.name && !isOverload && !compiler.getLeadingCommentRanges(file.text, member.pos)) silent.push(`${node.name.text}.${member.name.getText()}`);
      }
    }

    assert.deepEqual(silent, []);
  });
});

const why = await missing() ?? (existsSync(join(source, 'package.json')) ? null : 'there is no package');

describe('the package', { skip: why ?? false }, () => {
  let portico;
  let folder;
  before(async () => {
    portico = await startStandalone();
    folder = await mkdtemp(join(tmpdir(), 'portico-package-'));
  }, guarded);
  after(async () => {
    await portico?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  }, guarded);

  test('pack_installedElsewhere_talksToTheServer', guarded, async () => {
    const npm = (...args) => run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, timeout: 120_000 });
    await npm('pack', source, '--pack-destination', folder);
    const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    await npm('install', '--offline', '--no-package-lock', `./${tarball}`);
    await writeFile(join(folder, 'talk.mjs'), `
      import { Portico } from 'portico-client';
      const [url, api] = process.argv.slice(2);
      const as = (uid) => new Portico({ url, api, token: async () => (await (await fetch(api + '/demo/token?uid=' + uid)).json()).token });
      const [buyer, merchant] = [as('U_61'), as('V_1')];
      merchant.on('message', async (message) => {
        if (message.own) return;
        await merchant.send(message.peer, 'heard: ' + message.content);
        merchant.close(); // not from the buyer's side: the answer may be there before its acknowledgement is here
      });
      buyer.on('message', (message) => {
        console.log((message.own ? 'me' : message.peer) + ': ' + message.content);
        if (!message.own) buyer.close();
      });
      merchant.on('state', ({ state }) => { if (state === 'online') merchant.history('nobody').then(() => buyer.send('V_1', 'hello')); });
      buyer.connect();
      merchant.connect();
    `);

    const { stdout } = await run(process.execPath, ['--experimental-websocket', '--no-warnings', 'talk.mjs', `ws://127.0.0.1:${portico.wire.port}/`, portico.url], { cwd: folder, timeout: 90_000 });

    assert.equal(stdout, 'me: hello\nV_1: heard: hello\n');
    assert.deepEqual((await readdir(join(folder, 'node_modules', 'portico-client'))).sort(), ['README.md', 'package.json', 'portico.d.ts', 'portico.js']);
  });
});
