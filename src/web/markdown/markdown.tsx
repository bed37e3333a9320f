import { memo, type ReactNode } from 'react'
import type { Inline } from './inline.ts'
import { parseMarkdown, type Block, type Item } from './parse.ts'

/** A message's text as elements. It makes no HTML out of strings. */
export const Markdown = memo(({ text }: { readonly text: string }): ReactNode => (
  <div className="prose" dir="auto">
    {parseMarkdown(text).map(drawBlock)}
  </div>
))

const drawBlock = (block: Block, key: number): ReactNode => {
  switch (block.kind) {
    case 'paragraph':
      return <p key={key}>{block.children.map(drawInline)}</p>
    case 'code':
      return (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- wide code is scrolled by keyboard
        <pre key={key} dir="ltr" tabIndex={0} aria-label="Code">
          <code>{block.text}</code>
        </pre>
      )
    case 'quote':
      return <blockquote key={key}>{block.children.map(drawBlock)}</blockquote>
    case 'list': {
      const items = block.items.map(drawItem)
      return block.ordered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>
    }
  }
}

/** The marker is text: a number is never another than the one that was typed, and is copied with the words. */
const drawItem = ({ marker, children }: Item, key: number): ReactNode => (
  <li key={key}>
    <span className="list-marker">{SIGNS.get(marker) ?? marker} </span>
    {children.map(drawInItem)}
  </li>
)

/** The first words stand on the line of the marker. */
const drawInItem = (block: Block, key: number): ReactNode =>
  key === 0 && block.kind === 'paragraph' ? (
    <span key={key}>{block.children.map(drawInline)}</span>
  ) : (
    drawBlock(block, key)
  )

/** A minus stays one: “- 5 degrees” says something else than “5 degrees”. */
const SIGNS = new Map([
  ['-', '–'],
  ['*', '•'],
])

const drawInline = (inline: Inline, key: number): ReactNode => {
  switch (inline.kind) {
    case 'text':
      return inline.text
    case 'code':
      return <code key={key}>{inline.text}</code>
    case 'strong':
      return <strong key={key}>{inline.children.map(drawInline)}</strong>
    case 'emphasis':
      return <em key={key}>{inline.children.map(drawInline)}</em>
    case 'strike':
      return <s key={key}>{inline.children.map(drawInline)}</s>
    case 'link':
      return (
        <span key={key}>
          <a
            href={inline.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            title={inline.href}
            dir={inline.address ? 'ltr' : 'auto'}
          >
            {inline.children.map(drawInline)}
          </a>
          {inline.host === undefined ? null : <bdi className="opacity-80"> ({inline.host})</bdi>}
        </span>
      )
  }
}
