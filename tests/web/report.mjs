/* The page of bon stats in a headless Chromium: nothing is said on the console or asked of the network, nothing is wider than the screen,
 * charts have their size and their labels do not touch, the language is switched without a script. Pictures are left for the
 * eye.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const folder = process.env.BON_WORK
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
let passed = 0, failed = 0

async function test(name, options, file, run) {
  const context = await browser.newContext({ locale: 'vi-VN', ...options })
  const page = await context.newPage(), said = []
  page.on('console', message => said.push(message.text()))
  page.on('pageerror', error => said.push(error.message))
  page.on('dialog', dialog => { said.push(`dialog ${dialog.message()}`); dialog.dismiss() })
  page.on('request', request => { if (!/^(file|data):/.test(request.url())) said.push(request.url()) })
  try {
    await page.goto(`file://${join(folder, file)}`)
    await run(page)
    assert.deepEqual(said, [])
    passed++
  } catch (error) {
    failed++
    console.log(`${name}: ${error.message.split('\n').slice(0, 12).join('\n')}`)
  }
  await context.close()
}

/* Texts of a chart that are shown and lie over one another, or beyond its edge. */
const clashes = page => page.$$eval('svg.chart', charts => charts.flatMap(chart => {
  const frame = chart.getBoundingClientRect()
  const boxes = [...chart.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]).filter(([, box]) => box.width > 0)
  const beyond = boxes.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
  const over = boxes.filter(([, a], i) => boxes.slice(0, i).some(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom))
  return [...beyond, ...over].map(([text]) => `${chart.getAttribute('aria-label')}: ${text}`)
}))

async function looksRight(page, width, picture) {
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, 'wider than the screen')
  const charts = await page.$$eval('svg.chart', all => all.map(chart => [chart.getBoundingClientRect(), chart.querySelectorAll('path.line, rect').length]))
  assert.equal(charts.length, 5)
  for (const [box, drawn] of charts) {
    assert.ok(box.width > 200 && box.height > 130 && box.width <= width, `a chart of ${box.width} x ${box.height}`)
    assert.ok(drawn > 0, 'a chart shows nothing')
  }
  assert.deepEqual(await clashes(page), [])
  const split = await page.$$eval('.bars th, .cards span', cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1 && cell.clientWidth > 0).map(cell => cell.textContent))
  assert.deepEqual(split, [], 'a label runs out of its cell')
  await page.screenshot({ path: join(folder, picture), fullPage: true })
}

const bare = page => page.evaluate(() => document.querySelectorAll('script, img, link:not([href^="data:"]), iframe, b b').length)

await test('a phone', { viewport: { width: 390, height: 844 }, isMobile: true }, 'stats.html', async page => {
  await looksRight(page, 390, 'stats-phone.png')
  assert.equal(await bare(page), 0)
  assert.match(await page.innerText('h1'), /kể chuyện|<b>&|dài/)
})

await test('a desk, in English', { viewport: { width: 1280, height: 900 } }, 'stats.html', async page => {
  assert.equal(await page.isVisible('text=Report on a corpus'), false)
  await page.click('label[for=lang-en]')
  assert.equal(await page.isVisible('text=Báo cáo về kho văn bản'), false)
  assert.equal(await page.isVisible('text=Report on a corpus'), true)
  await looksRight(page, 1280, 'stats-desktop.png')
  const rows = await page.innerText('section:has(h2:has-text("Words that are no syllables"))')
  assert.match(rows, /ngiêng/)
  assert.match(await page.innerText('section:has(h2:has-text("Sources"))'), /<b>&\.txt/)
})

await test('by keys alone, and in the dark', { viewport: { width: 1024, height: 800 }, colorScheme: 'dark' }, 'stats.html', async page => {
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowRight')
  assert.equal(await page.isVisible('text=Report on a corpus'), true)
  await page.keyboard.press('ArrowLeft')
  await looksRight(page, 1024, 'stats-dark.png')
  const [paper, ink] = await page.evaluate(() => [document.body, document.querySelector('h2')].map((e, i) => getComputedStyle(e)[i ? 'color' : 'backgroundColor'].match(/\d+/g).map(Number)))
  assert.ok(Math.max(...paper) < 60 && Math.min(...ink) > 180, 'dark paper, light ink')
})

await test('nothing to count', { viewport: { width: 390, height: 844 } }, 'stats-empty.html', async page => {
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390)
  assert.equal(await page.isVisible('text=Không có chữ nào'), true)
  assert.equal((await page.$$('svg.chart')).length, 0)
})

await browser.close()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
