/* The module in Node against the native command: same model, same bytes. BON_WEB: where bon.wasm, bon.js and vi.bonlm are; BON_BIN:
 * the command; BON_CORPORA: for the long comparison, which is skipped without it.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const folder = process.env.BON_WEB, native = process.env.BON_BIN
const { load, METHODS } = await import(pathToFileURL(`${folder}/bon.js`))
const bon = await load(readFileSync(`${folder}/bon.wasm`))
const bytes = readFileSync(`${folder}/vi.bonlm`)
const model = bon.openModel(bytes)
const command = (args, input) => execFileSync(native, args, { input, maxBuffer: 1 << 30, encoding: 'utf8' })
let passed = 0, failed = 0
function test(name, run) {
  try {
    run()
    passed++
  } catch (error) {
    failed++
    console.log(`${name}: ${error.message}`)
  }
}

const messy = ['tôi  đang\u200b học', 'Hoà bình và thuý', 'lựơng, qủa, ngưòi', 'tiê\u0301ng Vi\u00ea\u0323t', 'e\u0301 \u{1f469}\u{1f3fd}\u200d\u{1f4bb} x',
  'ὠφελία ﬁ Ⅷ Ａ', 'a\u0316\u0301\u0327', '\u1112\u1161\u11ab 한국어', 'Ðà Nẵng', 'ạ̀', '\u0344 \u0958 \u2126', '  \t x \r\n'].join('\n') + '\n'

test('restore', () => {
  assert.equal(model.restore('toi dang hoc tieng viet'), 'tôi đang học tiếng việt')
  assert.equal(model.restore('Ha Noi, 5 gio chieu 😀'), 'Hà Nội, 5 giờ chiều 😀')
  assert.equal(model.restore(''), '')
})
test('spans in code units, behind an emoji too', () => {
  const { text, spans } = model.restoreLine('😀 toi hoc')
  assert.equal(text, '😀 tôi học')
  assert.deepEqual(spans.map(s => text.slice(s.start, s.end)), ['tôi', 'học'])
  assert.ok(spans.every(s => s.confidence > 0 && s.confidence <= 1))
})
test('typing as the command types', () => {
  for (const method of METHODS) {
    const text = 'Tiếng Việt, đường về quê; windows 2026 (được)'
    const keys = bon.encodeKeys(text, { method })
    assert.equal(keys + '\n', command(['telex', 'encode', '--method', method], text + '\n'))
    assert.equal(bon.decodeKeys(keys, { method }), text)
  }
  const keys = 'toi dang hoc tieng viet, hoom nay trowif ddepj'
  assert.equal(bon.decodeKeys(keys, { prediction: 'full', model }) + '\n',
    command(['telex', 'decode', '--predict', '--model', `${folder}/vi.bonlm`], keys + '\n'))
})
test('a window, candidates, Backspace', () => {
  const ime = bon.openIme({ prediction: 'full', model })
  const type = text => [...text].map(key => ime.key(key)).at(-1)
  assert.equal(type('toi dang ').preedit, 'tôi đang ')
  assert.ok(ime.key('Tab').candidates.includes('đang'))
  ime.key('Escape')
  ime.reset()
  type('toi hoc ')
  assert.equal(ime.key('Backspace').preedit, 'tôi hoc ')
  assert.equal(ime.finish().commit, 'tôi hoc ')
  ime.close()
})
test('normalize as the command does, and where', () => {
  const { text, counts, changes } = bon.normalize(messy)
  assert.equal(text, command(['normalize'], messy))
  assert.ok(counts['tone-place'] >= 4 && counts.compose >= 1 && counts.invisible >= 1, JSON.stringify(counts))
  assert.ok(changes.length > 5)
  assert.deepEqual(bon.normalize(text).counts, {})
  assert.throws(() => bon.normalize('x', { disable: ['nonsense'] }), /no rule nonsense/)
})
test('syllables', () => {
  assert.deepEqual(bon.syllable('Học')?.tones, { sắc: 'Hóc', nặng: 'Học' })
  assert.equal(bon.syllable('hoà')?.spelling, 'hòa')
  assert.equal(bon.syllable('windows'), null)
  assert.equal(bon.strip('Đường'), 'Duong')
})
test('a corrupt or truncated model says so', () => {
  const bad = Buffer.from(bytes)
  bad[5000] ^= 1
  assert.throws(() => bon.openModel(bad), /model: .*checksum|corrupt/)
  assert.throws(() => bon.openModel(bytes.subarray(0, 1000)), /model: /)
  assert.throws(() => bon.openModel(new Uint8Array(0)), /model: /)
})
test('memory', () => assert.ok(bon.memory <= 64 << 20, `${bon.memory} bytes`))

const corpora = process.env.BON_CORPORA
if (corpora && existsSync(`${corpora}/dev`)) {
  test('10,000 lines as the command restores and normalizes them', () => {
    const lines = readdirSync(`${corpora}/dev`).filter(name => name.endsWith('.txt') && !name.startsWith('encoding'))
      .flatMap(name => readFileSync(`${corpora}/dev/${name}`, 'utf8').split('\n').filter(Boolean))
    const every = Math.max(1, Math.floor(lines.length / 10000))
    const some = lines.filter((_, i) => i % every === 0).slice(0, 10000).join('\n') + '\n'
    assert.equal(some.split('\n').length, 10001)
    const plain = bon.strip(some)
    assert.ok(model.restore(plain) === command(['restore', '--model', `${folder}/vi.bonlm`], plain), 'restored text differs')
    assert.ok(bon.normalize(some).text === command(['normalize'], some), 'normalized text differs')
  })
} else {
  console.log('10,000 lines: skipped: set BON_CORPORA')
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
