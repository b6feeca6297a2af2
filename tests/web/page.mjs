/* The page in a headless Chromium: types, chooses, goes offline, pastes, switches the language; a phone; a page whose model is
 * missing or corrupt. Everything that a console or the network says is watched. Pictures are left for the eye.
 */
import assert from 'node:assert/strict'
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { chromium } from 'playwright-core'
import { gzipSync } from 'node:zlib'

const folder = process.env.BON_WEB, pictures = process.env.BON_WORK
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' }

/* ---- a server that may hold files back ---- */

const broken = new Map() // name -> bytes, or null for 404
let served = 0
const server = createServer((request, response) => {
  served++
  const name = decodeURIComponent(new URL(request.url, 'http://x').pathname).slice(1) || 'index.html'
  if (broken.has(name)) {
    const bytes = broken.get(name)
    return bytes ? response.writeHead(200).end(bytes) : response.writeHead(404).end()
  }
  const path = join(folder, name)
  if (!existsSync(path)) return response.writeHead(404).end()
  response.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream', 'Content-Length': statSync(path).size })
  createReadStream(path).pipe(response)
})
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}/`

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
let passed = 0, failed = 0

async function test(name, options, run) {
  const context = await browser.newContext({ locale: 'vi-VN', ...options })
  const page = await context.newPage(), said = []
  page.on('console', message => { if (['error', 'warning'].includes(message.type())) said.push(message.text()) })
  page.on('pageerror', error => said.push(error.message))
  try {
    await run(page, context, said)
    passed++
  } catch (error) {
    failed++
    console.log(`${name}: ${error.message.split('\n').slice(0, 12).join('\n')}`)
    await page.screenshot({ path: join(pictures, 'failed.png') })
  }
  await context.close()
}
const open = async (page, ready = 'full') => {
  await page.goto(url)
  await page.waitForFunction(state => document.documentElement.dataset.ready === state, ready, { timeout: 60000 })
}
const text = page => page.inputValue('#editor')
const quiet = said => assert.deepEqual(said, [])

await test('type, and marks appear', {}, async (page, _, said) => {
  await open(page)
  await page.keyboard.type('toi dang hoc tieng viet ')
  assert.equal(await text(page), 'tôi đang học tiếng việt ')
  await page.keyboard.type('owr Haf Nooij. ')
  assert.equal(await text(page), 'tôi đang học tiếng việt ở Hà Nội. ')
  await page.waitForTimeout(300)
  assert.match(await page.textContent('#figures'), /phím, Telex đủ dấu cần/)
  await page.screenshot({ path: join(pictures, 'desktop.png') })
  quiet(said)
})

await test('doubtful words are shaded, words with marks of one\'s own are not', {}, async (page, _, said) => {
  await open(page)
  await page.keyboard.type('ba toi di cho ve thay co ban hang quen, noi chuyen mot luc ')
  await page.waitForTimeout(400)
  const words = (await text(page)).split(/[ ,]+/), shaded = await page.$$eval('#shade mark', marks => marks.map(mark => mark.textContent))
  assert.ok(shaded.length >= 1 && shaded.length < words.length / 2, shaded.join())
  assert.ok(shaded.every(word => words.includes(word)), shaded.join())
  await page.screenshot({ path: join(pictures, 'shaded.png') })
  await page.click('#clear')
  await page.keyboard.type('baf thaays coo hangf ')
  await page.waitForTimeout(400)
  assert.deepEqual((await page.$$eval('#shade mark', marks => marks.map(mark => mark.textContent))).filter(word => word === 'thấy'), [])
  quiet(said)
})

await test('Backspace gives back, and edits', {}, async (page, _, said) => {
  await open(page)
  await page.keyboard.type('toi hoc ')
  assert.equal(await text(page), 'tôi học ')
  await page.keyboard.press('Backspace')
  assert.equal(await text(page), 'tôi hoc ')
  await page.keyboard.press('Backspace')
  await page.keyboard.type('s xong')
  await page.keyboard.press('Enter')
  await page.keyboard.type('mai')
  assert.equal(await text(page), 'tôi hóc xong\nmai')
  quiet(said)
})

await test('candidates by Tab, arrows and click', {}, async (page, _, said) => {
  await open(page)
  await page.keyboard.type('toi dang hoc ')
  await page.keyboard.press('Tab')
  assert.equal(await page.isVisible('#candidates'), true)
  const shown = await page.$$eval('#candidates li', items => items.map(item => item.lastChild.textContent))
  assert.ok(shown.includes('hoc') && shown.includes('học'), shown.join())
  await page.screenshot({ path: join(pictures, 'candidates.png') })
  await page.click(`#candidates li:has-text("hoc") >> nth=${shown.filter(word => word.includes('hoc')).indexOf('hoc')}`)
  assert.equal(await text(page), 'tôi đang hoc ')
  await page.keyboard.type('them ')
  assert.match(await text(page), /^tôi đang hoc th[eêẻèẽéẹếềểễệ]m $/u)
  assert.equal(await page.isVisible('#candidates'), false)
  quiet(said)
})

await test('VNI, and prediction switched off', {}, async (page, _, said) => {
  await open(page)
  await page.selectOption('#method', 'vni')
  await page.selectOption('#prediction', 'off')
  await page.focus('#editor')
  await page.keyboard.type('tie61ng Vie65t hoc ')
  assert.equal(await text(page), 'tiếng Việt hoc ')
  quiet(said)
})

await test('a cursor moved, words in the middle, what is selected', {}, async (page, _, said) => {
  await open(page)
  await page.keyboard.type('mot ba ')
  await page.keyboard.press('ArrowLeft')
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowLeft')
  await page.keyboard.type('hai ')
  const middle = await text(page)
  assert.match(middle, /^một hai b[aàáảãạ] $/u)
  await page.keyboard.press('Control+a')
  await page.keyboard.type('xong ')
  assert.match(await text(page), /^x[oòóôồốộõ]ng $/u)
  quiet(said)
})

await test('untouched: emoji, other scripts, right to left', {}, async (page, _, said) => {
  await open(page)
  await page.click('#tab-paste')
  const odd = '👩🏽‍💻 שלום עולם, мир 日本 toi hoc'
  await page.fill('#plain', odd)
  await page.click('#restore')
  await page.waitForFunction(() => document.getElementById('restore-note').textContent !== '')
  assert.equal(await page.textContent('#restored'), odd.replace('toi hoc', 'tôi học'))
  quiet(said)
})

await test('paste: what was added is marked, and can be copied', { permissions: ['clipboard-read', 'clipboard-write'] }, async (page, _, said) => {
  await open(page)
  await page.click('#tab-paste')
  await page.fill('#plain', 'Hom nay troi dep, chung toi di choi.\nNgay mai di hoc.')
  await page.click('#restore')
  await page.waitForFunction(() => document.getElementById('restore-note').textContent !== '')
  assert.equal(await page.textContent('#restored'), 'Hôm nay trời đẹp, chúng tôi đi chơi.\nNgày mai đi học.')
  assert.ok((await page.$$('#restored ins')).length >= 8)
  await page.click('#copy-restored')
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'Hôm nay trời đẹp, chúng tôi đi chơi.\nNgày mai đi học.')
  await page.screenshot({ path: join(pictures, 'paste.png') })
  quiet(said)
})

await test('5 MB pasted: the page answers meanwhile, and it can be cancelled', {}, async (page, _, said) => {
  await open(page)
  await page.click('#tab-paste')
  await page.evaluate(() => { document.getElementById('plain').value = 'hom nay chung toi di hoc tieng viet o truong, mai di choi\n'.repeat(120000) })
  await page.click('#restore')
  await page.waitForFunction(() => document.getElementById('restore-progress').value > 0)
  const longest = await page.evaluate(async () => {
    let worst = 0
    for (let i = 0; i < 20; i++) {
      const before = performance.now()
      await new Promise(resolve => setTimeout(resolve, 20))
      worst = Math.max(worst, performance.now() - before)
    }
    return worst
  })
  console.log(`5 MB pasted: the longest that the page was silent: ${Math.round(longest)} ms`)
  assert.ok(await page.evaluate(() => document.getElementById('restore-progress').value) < 1, 'it was over too soon to tell')
  await page.click('#cancel')
  await page.waitForFunction(() => document.getElementById('cancel').hidden)
  assert.match(await page.textContent('#restore-note'), /Đã dừng/)
  assert.match(await page.textContent('#restored'), /^hôm nay chúng tôi đi học tiếng việt/)
  quiet(said)
})

await test('tools', {}, async (page, _, said) => {
  await open(page)
  await page.click('#tab-tools')
  await page.fill('#messy', 'Hoà  bình lựơng')
  await page.click('#normalize')
  assert.equal(await page.textContent('#clean'), 'Hòa bình lượng')
  assert.ok((await page.$$('#rules tbody tr')).length >= 2)
  await page.fill('#keys', 'tieengs Vieetj')
  assert.equal(await page.inputValue('#text'), 'tiếng Việt')
  await page.fill('#text', 'đường')
  assert.equal(await page.inputValue('#keys'), 'dduowngf')
  await page.fill('#syllable', 'học')
  assert.match(await page.textContent('#syllable-answer'), /thanh nặng.*hóc, học/)
  await page.fill('#syllable', 'xyz')
  assert.match(await page.textContent('#syllable-answer'), /không phải/)
  await page.screenshot({ path: join(pictures, 'tools.png') })
  quiet(said)
})

await test('offline, and nothing asked of the network while typing', {}, async (page, context, said) => {
  await open(page)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await page.waitForTimeout(500)
  const before = served
  await page.keyboard.type('chung toi di hoc. ')
  await page.click('#tab-paste')
  await page.fill('#plain', 'xin chao')
  await page.click('#restore')
  await page.waitForFunction(() => document.getElementById('restore-note').textContent !== '')
  assert.equal(served, before, 'requests reached the server')
  assert.match(await page.textContent('#requests'), /: 0 lần/)
  await context.setOffline(true)
  await open(page)
  await page.keyboard.type('toi dang hoc ')
  assert.equal(await text(page), 'tôi đang học ')
  assert.equal(served, before)
  quiet(said)
})

await test('English, by keyboard alone', {}, async (page, _, said) => {
  await open(page)
  await page.focus('#language')
  await page.keyboard.press('Enter')
  assert.equal(await page.getAttribute('html', 'lang'), 'en')
  assert.equal(await page.textContent('#tab-type'), 'Type')
  await page.focus('#tab-type')
  await page.keyboard.press('ArrowRight')
  assert.equal(await page.isVisible('#panel-paste'), true)
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'plain')
  quiet(said)
})

/* Labels, contrast and zoom, as an audit would look at them. */
await test('every control has a name; colours differ enough; nothing overflows at 200 %', { viewport: { width: 640, height: 480 } }, async (page, _, said) => {
  await open(page)
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme })
    for (const tab of ['type', 'paste', 'tools']) {
      await page.click(`#tab-${tab}`)
      const wrong = await page.evaluate(() => {
        const found = []
        for (const control of document.querySelectorAll('button, select, input, textarea, progress')) {
          if (!control.checkVisibility()) continue
          const name = control.getAttribute('aria-label') || control.labels?.[0]?.textContent || control.textContent
          if (!name?.trim()) found.push(`no name: ${control.id}`)
        }
        const channels = colour => colour.match(/[\d.]+/g).map(Number)
        const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
          .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
        const ground = element => {
          for (let at = element; at; at = at.parentElement) {
            const colour = channels(getComputedStyle(at).backgroundColor)
            if (colour.length === 3 || colour[3] > 0) return colour
          }
          return [255, 255, 255]
        }
        for (const element of document.querySelectorAll('p, button, label, h1, h2, summary, th, td, span, li')) {
          if (!element.checkVisibility() || !element.textContent.trim() || element.closest('#shade')) continue
          const [a, b] = [light(channels(getComputedStyle(element).color)), light(ground(element))]
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
          if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(1)}: ${element.id || element.textContent.slice(0, 20)}`)
        }
        if (document.documentElement.scrollWidth > innerWidth) found.push(`wider than the window: ${document.documentElement.scrollWidth}`)
        return found
      })
      assert.deepEqual(wrong, [], `${scheme}, ${tab}`)
    }
  }
  await page.click('#tab-type')
  await page.setViewportSize({ width: 320, height: 480 }) // 640 px at 200 %
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
  quiet(said)
})

await test('a phone: keys that are not told one by one, candidates by touch', { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, colorScheme: 'dark' }, async (page, _, said) => {
  await open(page)
  await page.tap('#editor')
  for (const word of ['toi ', 'dang ', 'hoc ']) await page.keyboard.insertText(word)
  assert.equal(await text(page), 'tôi đang học ')
  await page.keyboard.press('Tab')
  await page.tap('#candidates li >> nth=1')
  assert.equal(await page.isVisible('#candidates'), false)
  await page.keyboard.type('tieng viet ')
  await page.waitForTimeout(300)
  await page.screenshot({ path: join(pictures, 'phone.png') })
  quiet(said)
})

/* Without a model the methods go on. */
for (const [name, bytes] of [['missing', null], ['truncated', readFileSync(join(folder, 'vi.bonlm')).subarray(0, 9000)],
  ['corrupt', readFileSync(join(folder, 'vi.bonlm')).fill(0xee, 4000, 9000)]])
  await test(`a model ${name}`, { serviceWorkers: 'block' }, async page => {
    broken.set('vi.bonlm', bytes)
    try {
      await open(page, 'keys')
      assert.match(await page.textContent('#trouble'), /Không mở được mô hình/)
      await page.focus('#editor')
      await page.keyboard.type('tieengs Vieetj hoc ')
      assert.equal(await text(page), 'tiếng Việt hoc ')
      if (name === 'corrupt') await page.screenshot({ path: join(pictures, 'corrupt.png') })
    } finally {
      broken.clear()
    }
  })

/* ---- figures: printed, not judged ---- */

await test('figures', {}, async page => {
  const before = Date.now()
  await open(page)
  const ready = Date.now() - before
  const keys = 'hom nay troi dep nen chung toi di choi o cong vien gan nha, roi ve an com voi ca gia dinh '.repeat(10)
  const latency = await page.evaluate(async keys => {
    const field = document.getElementById('editor'), times = []
    field.focus()
    for (const key of keys) {
      const start = performance.now()
      field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
      times.push(performance.now() - start)
      if (times.length % 50 === 0) await new Promise(resolve => setTimeout(resolve))
    }
    times.sort((a, b) => a - b)
    return [times[times.length >> 1], times[Math.floor(times.length * 0.99)]]
  }, keys)
  const packed = ['bon.wasm', 'bon.js'].reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0)
  console.log(`ready to type after ${ready} ms; a key ${latency[0].toFixed(2)} ms p50, ${latency[1].toFixed(2)} ms p99; wasm and js ${Math.round(packed / 1024)} KB gzip; model ${(statSync(join(folder, 'vi.bonlm')).size / 1e6).toFixed(1)} MB`)
})

await browser.close()
server.close()
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
