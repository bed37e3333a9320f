import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { emojiList } from './emoji/emoji-list.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// vite reads a default export and nothing else.
export default defineConfig({
  root: at('.'),
  base: '/',
  publicDir: at('public'),
  plugins: [react(), tailwindcss(), emojiList()],
  build: {
    outDir: at('../../dist/web'),
    emptyOutDir: true,
    target: 'esnext',
    // The policy forbids data: fonts and scripts, and a preload helper that writes into the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
