import assert from 'node:assert/strict'
import { posix } from 'node:path'
import test from 'node:test'
import { loadedBy, packageOf, sourcesIn, targetOf, type Import, type Source, type SyntaxNode } from './sources.ts'

/** What each folder of `src` may import from others: a folder, or only some files in it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  view: ['core'],
  crypto: ['core'],
  link: ['core', 'view'],
  store: ['core', 'view'],
  // The peer is run with a store, links and ciphers that somebody else chose: it knows the ports alone.
  peer: ['core', 'view', 'link/port.ts', 'link/server-port.ts', 'link/outside.ts', 'store/port.ts'],
  api: ['core', 'view', 'peer'],
  server: ['core', 'view', 'crypto', 'link'],
  // A screen never touches an event: of the core it knows results and the checks of what people type.
  web: [
    'core/bytes/result.ts',
    'core/identity/name.ts',
    'core/reach/server-address.ts',
    'core/timeline/size.ts',
    'core/timeline/visible.ts',
    'view',
    'api/client.ts',
    'api/wire.ts',
  ],
  cli: ['core', 'view', 'crypto', 'link', 'store', 'peer', 'api', 'server'],
}

const sources = sourcesIn('src')
const at = (source: Source, { from }: Import): string => `${source.path} imports ${from}`
const folderOf = (path: string): string => path.split('/')[1] ?? ''

/** Every import of every file that is against a rule, as `file imports what`. */
const offences = (isOffence: (source: Source, each: Import) => boolean): readonly string[] =>
  sources.flatMap((source) => source.imports.filter((each) => isOffence(source, each)).map((each) => at(source, each)))

const namesPackage = (each: Import, ...prefixes: readonly string[]): boolean => {
  const name = packageOf(each)
  return name !== undefined && prefixes.some((prefix) => name === prefix || name.startsWith(`${prefix}/`))
}

test('[REP2] every folder of src is in the import table, and imports only what the table allows, even for types', () => {
  assert.deepEqual(
    [...new Set(sources.map(({ path }) => folderOf(path)))].toSorted(),
    Object.keys(MAY_IMPORT).toSorted(),
  )
  const mayImport = (from: string, to: string): boolean =>
    folderOf(from) === folderOf(to) ||
    (MAY_IMPORT[folderOf(from)] ?? []).some((each) => to === `src/${each}` || to.startsWith(`src/${each}/`))
  assert.deepEqual(
    offences((source, each) => {
      const target = targetOf(source, each)
      return target !== undefined && !mayImport(source.path, target)
    }),
    [],
  )
})

test('[REP3] no files import each other in a circle', () => {
  assert.deepEqual(circlesIn(new Map(sources.map((source) => [source.path, targetsOf(source)]))), [])
})

test('[REP3] a circle is found where there is one', () => {
  const graph = new Map([
    ['a', ['b', 'c']],
    ['b', ['c']],
    ['c', ['d']],
    ['d', ['b']],
  ])
  assert.deepEqual(circlesIn(graph), ['b -> c -> d -> b'])
})

test('[REP4] nothing outside link knows libp2p', () => {
  const isLibp2p = (each: Import): boolean =>
    namesPackage(each, 'libp2p', '@libp2p', '@multiformats', '@chainsafe', 'multicast-dns')
  assert.deepEqual(
    offences((source, each) => isLibp2p(each) && folderOf(source.path) !== 'link'),
    [],
  )
  assert.ok(
    sources.some(({ imports }) => imports.some(isLibp2p)),
    'libp2p is not recognised as such',
  )
})

/** Files that use a package of ciphers for something that is none, with the names they may import. */
const NO_CIPHERS: Readonly<Record<string, readonly string[]>> = {
  // Bytes as hexadecimal text, and text as bytes.
  'src/core/bytes/hex.ts': ['bytesToHex', 'hexToBytes'],
  'src/core/timeline/content.ts': ['utf8ToBytes'],
  // The local door compares tokens in constant time, as hashes of one length.
  'src/api/session.ts': ['createHash', 'timingSafeEqual'],
}

test('[REP5] nothing outside core/crypto and crypto names a cipher; dice are not ciphers', () => {
  const dice = new Set(['randomBytes', 'randomInt', 'randomUUID'])
  const isCipher = (source: Source, each: Import): boolean =>
    namesPackage(each, '@noble', '@panva', 'hpke', 'node:crypto', 'crypto') &&
    !each.names.every((name) => dice.has(name) || NO_CIPHERS[source.path]?.includes(name) === true)
  assert.deepEqual(
    offences((source, each) => isCipher(source, each) && !/^src\/(core\/)?crypto\//.test(source.path)),
    [],
  )
  assert.deepEqual(
    sources
      .filter(({ path }) => !/^src\/(core\/)?crypto\//.test(path))
      .filter(({ nodes }) => nodes.some((node) => node.type === 'Identifier' && node['name'] === 'subtle'))
      .map(({ path }) => path),
    [],
  )
})

test('[REP6] no SQL outside the store and the mailboxes of a server', () => {
  const mayKnow = (path: string): boolean => /^src\/(store|server\/mailbox)\b/.test(path)
  assert.deepEqual(
    offences((source, each) => namesPackage(each, 'node:sqlite', '@sqlite.org') && !mayKnow(source.path)),
    [],
  )
  const statement =
    /^\s*(select\s.+\sfrom\s|insert\s+(or\s+\w+\s+)?into\s|update\s+\w+\s+set\s|delete\s+from\s|create\s+(virtual\s+)?(table|index)\s|pragma\s+\w)/is
  const textsIn = ({ nodes }: Source): readonly string[] =>
    nodes.flatMap((node) => {
      if (node.type === 'Literal' && typeof node['value'] === 'string') return [node['value']]
      if (node.type !== 'TemplateElement') return []
      return [(node['value'] as { readonly raw: string }).raw]
    })
  const speaksSql = (source: Source): boolean => textsIn(source).some((text) => statement.test(text))
  assert.deepEqual(
    sources.filter((source) => speaksSql(source) && !mayKnow(source.path)).map(({ path }) => path),
    [],
  )
  assert.ok(sources.some(speaksSql), 'the SQL of the store is not recognised as such')
})

test('[REP7] the core imports only itself and packages that are pure: bytes in, bytes out', () => {
  const pure = ['@noble', 'cborg', '@panva', 'hpke']
  assert.deepEqual(
    offences(
      (source, each) => folderOf(source.path) === 'core' && !each.from.startsWith('.') && !namesPackage(each, ...pure),
    ),
    [],
  )
})

test('[REP7] the core reads no clock and rolls no dice', () => {
  const named = (node: unknown, name: string): boolean =>
    typeof node === 'object' && node !== null && 'name' in node && node.name === name
  const isImpure = (node: SyntaxNode): boolean =>
    (node.type === 'Identifier' && (named(node, 'Date') || named(node, 'Temporal'))) ||
    (node.type === 'MemberExpression' && named(node['object'], 'Math') && named(node['property'], 'random'))
  const impure = sources.filter(({ nodes }) => nodes.some(isImpure)).map(({ path }) => path)
  assert.deepEqual(
    impure.filter((path) => folderOf(path) === 'core'),
    [],
  )
  assert.ok(impure.length > 0, 'the clocks outside the core are not recognised as such')
})

test('[REP8] what runs in the window loads nothing of Node', () => {
  const loaded = loadedBy('src/web/main.tsx', sources)
  const isNodes = (each: Import): boolean => namesPackage(each, 'ws', 'pino', 'open') || each.from.startsWith('node:')
  assert.deepEqual(
    loaded.flatMap((source) =>
      source.imports.filter((each) => !each.typeOnly && isNodes(each)).map((each) => at(source, each)),
    ),
    [],
  )
  assert.ok(loaded.some(({ path }) => path === 'src/api/client.ts'))
})

test('[REP9] exports have names: no default, no export of everything, no barrel', () => {
  assert.deepEqual(
    sources
      .filter(({ path, nodes }) =>
        nodes.some(
          ({ type }) =>
            type === 'ExportAllDeclaration' || (type === 'ExportDefaultDeclaration' && !path.endsWith('.config.ts')),
        ),
      )
      .map(({ path }) => path),
    [],
  )
})

test('[REP9] a file is named for what it holds', () => {
  const vague = /^(index|utils?|helpers?|misc|common|shared|types|constants)$/
  assert.deepEqual(
    sources
      .map(({ path }) => path)
      .filter((path) => path.split('/').some((part) => vague.test(posix.parse(part).name))),
    [],
  )
})

test('[REP10] what runs never imports tests, benchmarks or scripts', () => {
  assert.deepEqual(
    offences((source, each) => {
      const target = targetOf(source, each)
      return target !== undefined && !target.startsWith('src/')
    }),
    [],
  )
})

const targetsOf = (source: Source): readonly string[] =>
  source.imports.flatMap((each) => targetOf(source, each) ?? []).filter((path) => path !== source.path)

/** The circles in a graph, each once, as a path that ends where it begins. */
const circlesIn = (graph: ReadonlyMap<string, readonly string[]>): readonly string[] => {
  const circles: string[] = []
  const done = new Set<string>()
  const walk = (path: readonly string[], node: string): void => {
    const before = path.indexOf(node)
    if (before >= 0) circles.push([...path.slice(before), node].join(' -> '))
    if (before >= 0 || done.has(node)) return
    for (const next of graph.get(node) ?? []) walk([...path, node], next)
    done.add(node)
  }
  for (const node of graph.keys()) walk([], node)
  return circles
}
