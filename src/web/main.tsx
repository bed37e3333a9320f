import { dialHome } from './connection.ts'
import { mount } from './mount.tsx'

mount(dialHome())
