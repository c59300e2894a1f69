// The code blocks of the documentation, and a shell to run them in that has a network of its own.
// A block of shell lines is run where it stands, unless a comment before it says otherwise:
//   <!-- snippet: test NAME -->            the test NAME takes it
//   <!-- snippet: runs until stopped -->   a server, ended with the shell
//   <!-- snippet: not run: WHY -->
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './people.mjs';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Every page that must be complete: README, docs and docs/dev. */
export const pages = ['README.md', ...['docs', 'docs/dev'].flatMap((folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`))];

/** The blocks of a page that name a language, with what the comment before each says. */
export function blocks(page) {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/(?:<!-- snippet: ([^\n]+?) -->\n\n?)?^```(\w+)\n(.*?)^```/gms)]
    .map(({ 1: mark = '', 2: language, 3: content, index }) => ({ page, mark, language, content, line: text.slice(0, index).split('\n').length }));
}

/** Those of a page that a test takes. */
export const blocksOf = (page, name) => blocks(page).filter(({ mark }) => mark === `test ${name}`);

/** Why no private network can be made here; null when it can. */
export function withoutNetwork() {
  try {
    execFileSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'unshare -n is not allowed, or iproute2 is not installed';
  }
}

// What a line prints differs by times, ids and codes.
const alike = (line) => line
  .replace(/"(client_id|source)":"[^"]+"/g, '"$1":"x"')
  .replace(/"(id|conversation|primary)":"?\d+"?/g, '"$1":0').replace(/\{"\d+":\{/g, '{"0":{')
  .replace(/\b[\da-f]{20}\b/g, 'x').replace(/\d\d:\d\d:\d\d/g, 'time').replace(/\d{9,}/g, '0')
  .replace(/process \d+ on [\w.-]+/g, 'process 0 on host').replace(/ {2,}/g, '  ').trim();

/** What a block says that it prints: its comments that stand in a line of their own and look like output. */
const expected = (content) => content.split('\n').filter((line) => /^# (\{|(?:ok|-) {4}|\w+ {2,}|[\d.]+:\d+ |portico_)/.test(line)).map((line) => alike(line.slice(2)));

// As the reader's terminal shows it: an answer ends with a line. The built programs stand for "dotnet run", which would build them again.
const prelude = `
  ip link set lo up
  curl() { command curl -sS "$@"; local code=$?; [ -t 1 ] || echo; return $code; }
  dotnet() {
    if [ "$1" = run ]; then
      local name; case "$3" in standalone) name=Standalone ;; register) name=Register ;; gateway) name=Gateway ;; businessworker) name=BusinessWorker ;; web-api) name=WebApi ;; cli) name=Cli ;; *) name=$3 ;; esac
      [ "$2 $4 $5" = "--project -c Release" ] || { echo "another dotnet run: $*"; return 1; }
      shift 5; [ "\${1:-}" != -- ] || shift
      local program; for program in "${root}"artifacts/bin/$name/release/Portico.$name.dll "${root}"artifacts/bin/$name/release/portico.dll; do [ ! -e "$program" ] || break; done
      command dotnet "$program" "$@"
    else command dotnet "$@"; fi
  }
`;

/** A bash in a network of its own, where all ports are free. */
export class Shell {
  printed = '';
  #child;

  constructor(folder) {
    this.folder = folder;
    this.#child = spawn('unshare', ['-n', '--pid', '--fork', '--kill-child', '--mount-proc', 'bash'], { cwd: folder, env: { ...process.env, DOTNET_NOLOGO: '1' } });
    const take = (bytes) => { this.printed += bytes; };
    this.#child.stdout.on('data', take);
    this.#child.stderr.on('data', take);
    this.#child.once('exit', () => { this.ended = true; });
    this.#child.stdin.write(prelude);
  }

  /** Writes lines and waits until they have run; what they printed. */
  async run(lines) {
    const from = this.printed.length;
    const mark = `::done ${Math.random()}::`;
    this.#child.stdin.write(`${lines}\necho; echo '${mark}'\n`);
    await eventually(() => this.printed.includes(mark) || Boolean(this.ended), true);
    return this.printed.slice(from).replace(mark, '');
  }

  /** Starts a server of lines and waits for what it says. */
  async start(lines, ready) {
    const from = this.printed.length;
    this.#child.stdin.write(`{ ${lines.trim()}\n} &\n`);
    await eventually(() => this.printed.slice(from).includes(ready) || Boolean(this.ended), true);
    if (this.ended) throw new Error(this.printed);
  }

  /** Runs a block and waits until it has printed what it says; a value that "was printed" is the one that really was. */
  async follow({ content, page, line }) {
    const from = this.printed.length;
    for (const part of content.split(/^(?=\w+=\S+ +# the \w+ that was printed$)/m)) {
      const [, name, key] = /^(\w+)=\S+ +# the (\w+) that was printed$/m.exec(part) ?? [];
      const value = name && [...this.printed.matchAll(new RegExp(`"${key}":"?([^",}]+)`, 'g'))].at(-1)?.[1];
      await this.run(name ? part.replace(/^\w+=\S+/, `${name}=${value}`) : part);
      await eventually(() => missingOf(expected(part), this.printed.slice(from)), [])
        .catch(() => { throw new Error(`${page}:${line} does not print\n${missingOf(expected(part), this.printed.slice(from)).join('\n')}\nbut\n${this.printed.slice(from)}`); });
    }
  }

  async end() {
    if (this.ended) return;
    this.#child.kill('SIGKILL'); // and with it all that it started: they have no other parent
    await eventually(() => Boolean(this.ended), true);
  }
}

function missingOf(lines, printed) {
  const have = printed.split('\n').map(alike);
  return lines.filter((line) => {
    const at = have.indexOf(line);
    if (at >= 0) have.splice(at, 1);
    return at < 0;
  });
}
