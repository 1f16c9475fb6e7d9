// Starts the page. A file of its own, since the page's policy forbids inline scripts.
import init from './web.js';

// Light or dark first, so that nothing flashes: what was chosen last, else what the system has.
const dark = matchMedia('(prefers-color-scheme: dark)');
const chosen = () => {
  try {
    return localStorage.getItem('autocut-theme');
  } catch {
    // No store is allowed here; the system's scheme will do.
    return null;
  }
};
const show = () => {
  document.documentElement.dataset.theme = chosen() ?? (dark.matches ? 'dark' : 'light');
};
show();
dark.addEventListener('change', () => {
  show();
  dispatchEvent(new Event('themechange'));
});

try {
  await init({ module_or_path: new URL('./web_bg.wasm', import.meta.url) });
} catch (error) {
  const sorry = document.createElement('p');
  sorry.setAttribute('role', 'alert');
  sorry.textContent = `The page could not start (${error}). It needs a browser with WebAssembly.`;
  document.body.append(sorry);
  throw error;
}
