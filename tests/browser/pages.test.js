// What a teacher and a head see, beside what really happened; accessibility; the same figures without scripts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { startDemo, thursdayOf } from './demo.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TEACHER = 0;
const HEAD = 1;

let demo;
let browser;

before(async () => {
  demo = await startDemo();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function signedIn(identity, options = {}) {
  // bypassCSP lets the test, not the page, run axe.
  const context = await browser.newContext({ locale: 'fr-FR', bypassCSP: true, viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  await page.goto(`${demo.address}/`);
  await page.locator(`form:has(input[name="identity"][value="${identity}"]) button`).click();
  await page.waitForURL(/ma-classe|mon-ecole/);
  return page;
}

/** The key figure of a measure: its value and the period it is for. */
async function figure(page, measure) {
  const data = page.locator(`data[data-measure="${measure}"]`).first();
  return { value: Number(await data.getAttribute('value')), period: await data.getAttribute('data-period') };
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** The class's traces that really happened in weeks whose Thursday lies in a month. */
function tracesOf(month) {
  const weeks = demo.truth.classes.filter(
    (row) => row.school === demo.school && row.class === demo.class && thursdayOf(row.week).startsWith(month),
  );
  return sum(weeks.map((row) => sum(Object.values((row.all ?? row.in_time).media))));
}

function pupilsOf(month) {
  const rows = demo.truth.pupils.filter(
    (row) => row.school === demo.school && row.class === demo.class && row.traces > 0 && thursdayOf(row.week).startsWith(month),
  );
  return new Set(rows.map((row) => row.pupil)).size;
}

/** The last months of this school year in which the class has traces, newest first. */
function monthsWithTraces() {
  const until = new Date(demo.truth.parameters.until);
  const start = `${until.getUTCMonth() >= 7 ? until.getUTCFullYear() : until.getUTCFullYear() - 1}-09`;
  const months = new Set(demo.truth.classes.map((row) => thursdayOf(row.week).slice(0, 7)));
  return [...months].filter((month) => month >= start && tracesOf(month) > 0).sort().reverse().slice(0, 2);
}

test('a teacher reads the figures of her class as they really were, whatever month she chooses', async () => {
  const page = await signedIn(TEACHER);
  const months = monthsWithTraces();
  assert.ok(months.length > 0);
  for (const month of months) {
    await page.goto(`${demo.address}/ma-classe?p=${month}`);
    assert.deepEqual(await figure(page, 'media_count'), { value: tracesOf(month), period: month });
    assert.equal((await figure(page, 'pupils_documented')).value, pupilsOf(month));
  }
});

test('changing the period changes the address and the figures', async () => {
  const page = await signedIn(TEACHER);
  const before = await figure(page, 'media_count');
  await page.getByRole('link', { name: 'Mois', exact: true }).click();
  await page.waitForFunction((old) => document.querySelector('data[data-measure="media_count"]')?.dataset.period !== old, before.period);
  const after = await figure(page, 'media_count');
  assert.notEqual(after.period, before.period);
  assert.match(page.url(), /p=/);
});

test('a head reads what her school released, and it is what happened in time', async () => {
  const page = await signedIn(HEAD);
  const day = (daysAgo) => new Date(new Date(demo.truth.parameters.until).getTime() - daysAgo * 86400000).toISOString().slice(0, 10);
  // Two ranges, so that one of them lies in school time whatever today is.
  const figures = [];
  for (const [from, until] of [[day(75), day(5)], [day(200), day(120)]]) {
    const answer = await page.request.get(`${demo.address}/api/v1/figures?view=mon-ecole&from=${from}&until=${until}`);
    figures.push(...(await answer.json()).figures);
  }
  const weekly = figures.filter((one) => one.measure === 'media_count' && /W/.test(one.period) && Object.keys(one.dimensions).length === 0);
  assert.ok(weekly.length >= 3, `only ${weekly.length} weeks were released`);
  for (const week of weekly) {
    const truth = demo.truth.weeks.find((row) => row.school === demo.school && row.week === week.period);
    assert.equal(week.value, sum(Object.values(truth.in_time.media)), week.period);
  }
  await page.goto(`${demo.address}/mon-ecole?p=${weekly[0].period}`);
  assert.deepEqual(await figure(page, 'media_count'), { value: weekly[0].value, period: weekly[0].period });
});

test('a head may not see a class, nor a teacher the school', async () => {
  for (const [identity, path] of [[HEAD, '/ma-classe'], [TEACHER, '/mon-ecole']]) {
    const page = await signedIn(identity);
    const answer = await page.goto(`${demo.address}${path}`);
    assert.ok(answer.status() === 404 || !page.url().endsWith(path), `${path} answered ${answer.status()}`);
  }
});

for (const [width, scheme] of [[1440, 'light'], [768, 'dark'], [360, 'light']]) {
  test(`axe finds nothing at ${width} pixels, ${scheme}`, async () => {
    for (const [identity, paths] of [[TEACHER, ['/', '/ma-classe', '/transparence', '/vie-privee']], [HEAD, ['/mon-ecole', '/mon-ecole?lang=en']]]) {
      const page = await signedIn(identity, { viewport: { width, height: 900 }, colorScheme: scheme });
      for (const path of paths) {
        await page.goto(`${demo.address}${path}`);
        await page.addScriptTag({ content: axe });
        const found = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
        const said = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).slice(0, 3).join(', ')}`);
        assert.deepEqual(said, [], path);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(overflow <= 0, `${path} scrolls sideways by ${overflow} pixels`);
      }
    }
  });
}

test('without scripts the same figures stand in tables', async () => {
  const scripted = await signedIn(TEACHER);
  const plain = await signedIn(TEACHER, { javaScriptEnabled: false });
  for (const page of [scripted, plain]) await page.goto(`${demo.address}/ma-classe?p=${monthsWithTraces()[0]}`);
  const cells = (page) => page.locator('td[data-value]').evaluateAll((all) => all.map((cell) => cell.dataset.value));
  const expected = await cells(scripted);
  assert.ok(expected.length > 50);
  assert.deepEqual(await plain.locator('td[data-value]').count(), expected.length);
  assert.equal((await figure(plain, 'media_count')).value, (await figure(scripted, 'media_count')).value);
});
