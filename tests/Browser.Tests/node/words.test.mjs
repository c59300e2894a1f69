// What the pages say: each word once, in both languages, and all that is asked for.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { words } from '../../../web-api/wwwroot/js/words.js';

const folder = new URL('../../../web-api/wwwroot/js/', import.meta.url);
const places = (text) => [...text.matchAll(/\{\d\}/g)].map(([place]) => place).sort();

test('words_areInBothLanguages_eachOnce_withTheSamePlaces', async () => {
  const source = await readFile(new URL('words.js', folder), 'utf8');
  const plain = source.replace(/\/\/.*$/gm, '').replace(/'(?:[^'\\]|\\.)*'/g, "''");
  for (const [at, part] of plain.split(/^ {2}(?:zh|en): \{/m).slice(1).entries()) {
    const keys = [...part.matchAll(/(\w+): ''/g)].map(([, key]) => key);
    assert.deepEqual(keys.filter((key, place) => keys.indexOf(key) !== place), [], 'a word is there twice');
    assert.deepEqual(keys.sort(), Object.keys(Object.values(words)[at]).sort());
  }

  assert.deepEqual(Object.keys(words.zh).sort(), Object.keys(words.en).sort());
  for (const key of Object.keys(words.en)) assert.deepEqual(places(words.zh[key]), places(words.en[key]), key);
});

test('words_thatThePagesAskFor_areThere', async () => {
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.js'))) {
    const source = await readFile(new URL(name, folder), 'utf8');
    for (const [, key] of source.matchAll(/\bt\('(\w+)'[,)]/g)) assert.ok(key in words.en, `${name}: ${key}`);
  }
});
