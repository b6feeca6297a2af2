/* sw.js: keeps every file of the page, by the version of its contents, and answers from what it kept. */
import { version } from './version.js'

const FILES = ['./', 'index.html', 'style.css', 'app.js', 'editor.js', 'paste.js', 'paste-worker.js', 'tools.js', 'i18n.js', 'bon.js', 'version.js',
  'bon.wasm', 'vi.bonlm']

addEventListener('install', event => {
  event.waitUntil(caches.open(version).then(cache => cache.addAll(FILES)).then(() => skipWaiting()))
})
addEventListener('activate', event => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== version) await caches.delete(name)
    await clients.claim()
  })())
})
addEventListener('fetch', event => {
  event.respondWith(caches.match(event.request, { ignoreSearch: true }).then(kept => kept ?? fetch(event.request)))
})
