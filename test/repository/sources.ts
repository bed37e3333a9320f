import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, resolve, sep } from 'node:path'
import { parseAst } from 'vite'

export const ROOT = resolve(import.meta.dirname, '../..')

/**
 * A statement that imports or re-exports, `names` as the other file calls them (`*` for all of them). `typeOnly`: gone
 * before anything runs. (`import { type A }` is not: the other file is loaded.)
 */
export type Import = { readonly from: string; readonly names: readonly string[]; readonly typeOnly: boolean }

export type Source = {
  /** Relative to the root of the repository, with slashes: `src/core/bytes/hex.ts`. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
  /** What all nodes of the syntax tree say of themselves, outermost first. */
  readonly nodes: readonly SyntaxNode[]
}

/** A node of an ESTree, as far as it is looked at here. */
export type SyntaxNode = { readonly type: string; readonly [field: string]: unknown }

/** All files in a folder of the repository, and in the folders in it, in the order of their names. */
export const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted()

/** Every TypeScript file in a folder of the repository, parsed. */
export const sourcesIn = (folder: string): readonly Source[] =>
  filesIn(folder)
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8')
      const nodes = [...nodesIn(parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' }))]
      return { path, text, imports: nodes.flatMap(importOf), nodes }
    })

/** The files among `sources` that are loaded when `start` is: what it imports, what that imports, and so on. */
export const loadedBy = (start: string, sources: readonly Source[]): readonly Source[] => {
  const loaded = new Set(sources.filter(({ path }) => path === start))
  // A set that grows while it is walked is walked to its end.
  for (const source of loaded)
    for (const each of source.imports.filter(({ typeOnly }) => !typeOnly)) {
      const target = targetOf(source, each)
      for (const next of sources.filter(({ path }) => path === target)) loaded.add(next)
    }
  return [...loaded]
}

/** The file in the repository that an import means, undefined for a package. */
export const targetOf = (source: Source, { from }: Import): string | undefined =>
  from.startsWith('.') ? posix.normalize(posix.join(dirname(source.path), from)) : undefined

/** The name of the package that an import means, undefined for a file. `node:fs` and the like are their own names. */
export const packageOf = ({ from }: Import): string | undefined => {
  if (from.startsWith('.')) return undefined
  if (from.startsWith('node:')) return from
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/')
}

function* nodesIn(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) for (const each of value) yield* nodesIn(each)
  else if (isNode(value)) {
    yield value
    for (const field of Object.values(value)) yield* nodesIn(field)
  }
}

const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

const importOf = (node: SyntaxNode): readonly Import[] => {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType': {
      const from = textOf(node['source'])
      return from === undefined ? [] : [{ from, names: namesIn(node), typeOnly: isTypeOnly(node) }]
    }
    default:
      return []
  }
}

const isTypeOnly = (node: SyntaxNode): boolean =>
  node.type === 'TSImportType' || node['importKind'] === 'type' || node['exportKind'] === 'type'

const namesIn = (node: SyntaxNode): readonly string[] => {
  const specifiers = node['specifiers']
  if (!Array.isArray(specifiers)) return ['*']
  return specifiers.filter(isNode).map((each) => {
    const name = each['imported'] ?? each['local']
    if (each.type === 'ImportNamespaceSpecifier' || !isNode(name)) return '*'
    return each.type === 'ImportDefaultSpecifier' ? 'default' : String(name['name'] ?? name['value'])
  })
}

const textOf = (node: unknown): string | undefined =>
  isNode(node) && typeof node['value'] === 'string' ? node['value'] : undefined
