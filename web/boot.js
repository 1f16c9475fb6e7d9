// Starts the page. A file of its own, since the page's policy forbids inline scripts.
import init from './web.js';

try {
  await init({ module_or_path: new URL('./web_bg.wasm', import.meta.url) });
} catch (error) {
  const sorry = document.createElement('p');
  sorry.setAttribute('role', 'alert');
  sorry.textContent = `The page could not start (${error}). It needs a browser with WebAssembly.`;
  document.body.append(sorry);
  throw error;
}
