import type { ReactNode } from 'react'
import { useStatus } from '../peer/context.ts'

export const About = (): ReactNode => {
  const { version, profile, folder, addresses, me } = useStatus()
  return (
    <section aria-label="About" className="flex flex-col gap-2">
      <h2 className="label-small">About</h2>
      <dl className="panel flex flex-col divide-y divide-line text-small">
        <Fact name="Kith" value={version} />
        <Fact name="Profile" value={profile} />
        <Fact name="Folder with your messages" value={folder} />
        <Fact name="Listens at" value={addresses.length === 0 ? 'nowhere yet' : addresses.join('\n')} />
        {me === undefined ? null : <Fact name="Your tag" value={me.tag} />}
        {me === undefined ? null : <Fact name="Your id" value={me.id} />}
      </dl>
    </section>
  )
}

const Fact = ({ name, value }: { readonly name: string; readonly value: string }): ReactNode => (
  <div className="flex flex-col gap-0.5 px-4 py-2.5 sm:flex-row sm:gap-4">
    <dt className="flex-none font-semibold sm:w-44">{name}</dt>
    <dd className="min-w-0 font-mono text-small break-all whitespace-pre-line text-soft select-all">{value}</dd>
  </div>
)
