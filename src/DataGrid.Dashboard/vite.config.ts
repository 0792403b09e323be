import { defineConfig } from 'vite';

// While developing: `npm run dev` beside `datagrid up`. The gateway takes no pages of other sites, so the origin is left out on the way.
const gateway = {
  target: process.env['DATAGRID_GATEWAY'] ?? 'http://127.0.0.1:8321',
  changeOrigin: true,
  configure: (proxy: { on(event: 'proxyReq', listener: (request: { removeHeader(name: string): void }) => void): void }) =>
    proxy.on('proxyReq', (request) => request.removeHeader('origin')),
};

export default defineConfig({
  build: {
    outDir: 'obj/web/dist',
    emptyOutDir: true,
    target: 'es2022',
    // Everything is a file of its own: the page's policy takes nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api/v1': gateway, '/openapi': gateway } },
});
