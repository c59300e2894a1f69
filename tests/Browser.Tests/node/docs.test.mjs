// What README and the pages of docs/ tell a reader to type is typed here, line by line, in a network of its own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { eventually } from './people.mjs';
import { Shell, blocks, blocksOf, pages, root, withoutNetwork } from './snippets.mjs';

const guarded = { timeout: 400_000 };
const built = existsSync(join(root, 'artifacts/bin/Standalone/release/Portico.Standalone.dll'));
const why = withoutNetwork() ?? (built ? null : 'standalone is not built');

// Pages whose shell blocks are run below; of the others each block names its test, or says why it is not run.
const run = ['docs/getting-started.md', 'docs/http-api.md', 'docs/customer-service.md', 'docs/operating.md'];
const tests = { chat: 'readme.test.mjs', module: 'docs.test.mjs', scaling: 'docs.test.mjs', tls: 'docs.test.mjs', migration: 'docs.test.mjs' };

test('everyBlock_isRun_orSaysWhyNot', async () => {
  const unclear = pages.flatMap(blocks)
    .filter(({ page, mark, language }) => !(/^not run: .{10}/.test(mark) || tests[/^test (\w+)$/.exec(mark)?.[1]] || (language === 'sh' && run.includes(page) && ['', 'runs until stopped'].includes(mark))))
    .map(({ page, line, mark }) => `${page}:${line} ${mark}`);

  assert.deepEqual(unclear, []);
});

describe('the documentation', { skip: why ?? false }, () => {
  let folder;
  let shell;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-docs-'));
    shell = new Shell(folder);
  });
  afterEach(async () => {
    await shell.end();
    await rm(folder, { recursive: true, force: true });
  }, guarded);

  const follow = async (page, before = () => {}) => {
    for (const block of blocks(page).filter(({ language, mark }) => language === 'sh' && !mark.startsWith('not run') && !mark.startsWith('test '))) {
      await before(block);
      if (block.mark === 'runs until stopped') await shell.start(block.content, 'Portico is ready');
      else await shell.follow(block);
    }
  };

  test('gettingStarted_thenHttp_thenTheQueueTwice_printWhatTheySay', guarded, async () => {
    await follow('docs/getting-started.md');
    await follow('docs/http-api.md');
    await follow('docs/customer-service.md');

    const again = await shell.run(blocks('docs/customer-service.md').find(({ content }) => content.includes('desk.mjs')).content);
    assert.match(again, /"type":"reception","content":"What can I do for you\?"/);
  });

  test('http_withoutTheTour_printsWhatItSays', guarded, async () => {
    await shell.start('dotnet run --project standalone -c Release', 'Portico is ready');
    await shell.run('KEY=$(cat data/api-key)');

    await follow('docs/http-api.md');
  });

  test('operating_printsWhatItSays', guarded, async () => {
    // What the roles report of themselves lags behind the start.
    const settled = async () => /code 0/.test(await shell.run('dotnet run --project cli -c Release -- doctor --secret-key-file data/secret-key --api-key-file data/api-key; echo code $?'));

    await follow('docs/operating.md', async ({ content }) => { if (content.includes('doctor')) await eventually(settled, true); });
  });

  test('module_compilesAsPasted_andAnswersAsItSays', guarded, async () => {
    const [greeter, program, project, commands] = blocksOf('docs/writing-a-module.md', 'module');
    await mkdir(join(folder, 'greeter'));
    // The page says "beside the repository's folders"; here it is beside the names of those folders.
    await writeFile(join(folder, 'greeter/Greeter.cs'), greeter.content);
    await writeFile(join(folder, 'greeter/Program.cs'), program.content);
    await writeFile(join(folder, 'greeter/Greeter.csproj'), project.content.replaceAll('"../', `"${root}`));
    for (const file of ['Directory.Build.props', 'Directory.Packages.props']) await writeFile(join(folder, file), `<Project><Import Project="${root}${file}" /></Project>`);
    await writeFile(join(folder, '.editorconfig'), await readFile(join(root, '.editorconfig')));
    execFileSync('dotnet', ['build', 'greeter', '-c', 'Release', '-v', 'q', '-nologo'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });

    const [register, gateway, worker] = commands.content.trim().split('\n');
    await shell.start(register.replace(' &', ''), 'Register');
    await shell.start(gateway.replace(' &', ''), 'websocket://');
    await shell.start(worker.replace('dotnet run --project greeter -c Release --', `command dotnet ${root}artifacts/bin/Greeter/release/Portico.Greeter.dll`), 'attached');
    await writeFile(join(folder, 'talk.mjs'), `
      const socket = new WebSocket('ws://127.0.0.1:8282/greet');
      let count = 0;
      socket.onmessage = ({ data }) => { console.log('> ' + data); count += 1; if (count === 1) socket.send('good morning'); if (count === 3) process.exit(); };
      socket.onclose = ({ code, reason }) => { console.log(code, reason); process.exit(); };
    `);
    const printed = await shell.run('node --experimental-websocket --no-warnings talk.mjs');

    const [id] = /(?<=> hello )[\da-f]{20}/.exec(printed) ?? assert.fail(printed);
    assert.deepEqual(printed.split('\n').filter((line) => line.startsWith('> ')), [`> hello ${id}`, '> you have said 1 things', `> ${id}: good morning`]);
  });

  test('scaling_rolesOnTheirMachines_findEachOther_andShareTheirSecrets', guarded, async () => {
    const [publish, secrets, roles] = blocksOf('docs/scaling.md', 'scaling').map(({ content }) => content);
    execFileSync('bash', ['-ec', publish.replaceAll('-o portico', `--no-build -o ${folder}/portico`)], { cwd: root, encoding: 'utf8' });
    await shell.run('cd portico; for n in 1 2 9; do ip addr add 10.0.0.$n/32 dev lo; done');
    await shell.run(secrets);
    const [register, webApi, gateway, worker] = roles.split('\n').filter((line) => line.startsWith('dotnet '));
    await shell.start(register, '10.0.0.1:1238');
    await shell.start(webApi, '10.0.0.9:8080');
    await shell.start(gateway, 'websocket://');
    await shell.start(worker, 'attached');

    await shell.run("export PORTICO_SECRET_KEY=$(grep -o '\"SecretKey\": \"[^\"]*' appsettings.json | cut -d'\"' -f4)");
    const key = JSON.parse(await readFile(join(folder, 'portico/appsettings.json'), 'utf8')).WebApi.ApiKeys[0];
    const doctor = `dotnet portico.dll doctor --register 10.0.0.1:1238 --web-api http://10.0.0.9:8080 --client ws://10.0.0.2:8282/ --api-key ${key}`;
    await eventually(async () => /code 0/.test(await shell.run(`${doctor}; echo code $?`)), true);
  });

  test('tls_certificatesAndSection_letRolesCallEachOther_andNobodyElse', guarded, async () => {
    const [openssl, section] = blocksOf('docs/tls.md', 'tls');
    await shell.run(openssl.content);
    await writeFile(join(folder, 'appsettings.json'), section.content);
    await shell.start('dotnet run --project register -c Release', '127.0.0.1:1238');
    await shell.start('dotnet run --project gateway -c Release', 'websocket://');
    const status = 'dotnet run --project cli -c Release -- status --register 127.0.0.1:1238';
    const trusted = `${status} --tls-trusted-certificates authority.pem --tls-server-name portico.internal --tls-certificate portico.pem --tls-certificate-key portico.key`;

    await eventually(async () => /127\.0\.0\.1:2900 +0/.test(await shell.run(trusted)), true);

    const refused = await shell.run(`${status} && echo reached`);
    assert.doesNotMatch(refused, /^reached/m);
  });

  test('migration_rolesTakeTheConfigurationAsItStands', guarded, async () => {
    const [{ content }] = blocksOf('docs/migrating-from-gatewayworker.md', 'migration');
    await writeFile(join(folder, 'appsettings.json'), content);
    await shell.start('dotnet run --project gateway -c Release', 'websocket://');
    await shell.start('dotnet run --project web-api -c Release', '127.0.0.1:8080');

    await shell.start('dotnet run --project businessworker -c Release', 'Register');

    assert.doesNotMatch(shell.printed, /cannot start|Unknown configuration key/);
  });
});
