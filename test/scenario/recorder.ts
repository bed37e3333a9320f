import { createWriteStream } from 'node:fs'
import { connect, createServer } from 'node:net'

/**
 * Run as a child process: a wire to a server that writes down every byte which passes it, both ways. Takes the server's
 * port and the file to write as arguments, and prints the port it listens on.
 */
const main = (port: number, file: string): void => {
  const record = createWriteStream(file)
  const wire = createServer((here) => {
    const there = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      from.on('data', (part) => record.write(part))
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
  })
  wire.listen(0, () => {
    const address = wire.address()
    process.stdout.write(`recording at port ${typeof address === 'object' ? address?.port : ''}.\n`)
  })
}

if (import.meta.main) main(Number(process.argv[2]), process.argv[3] ?? '')
