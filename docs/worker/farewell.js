// Published in place of the worker once `offline` is false: whoever has the worker gets this one,
// which lets go of everything that was kept and of itself.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", event => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("jq-")) await caches.delete(name);
  await self.registration.unregister();
})()));
