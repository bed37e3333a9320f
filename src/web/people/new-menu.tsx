import { Menu } from '@base-ui/react/menu'
import { Link2, Plus, QrCode, UsersRound, type LucideIcon } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { IconButton } from '../parts/button.tsx'
import { PLACES } from '../routes.ts'

/** The ways to somebody new, with what they lead to. */
export const WAYS: readonly (readonly [string, string, LucideIcon])[] = [
  ['New group', PLACES.newGroup, UsersRound],
  ['Invite somebody', PLACES.invite, Link2],
  ['Join with an invitation', PLACES.join, QrCode],
]

export const NewMenu = (): ReactNode => {
  const [, go] = useLocation()
  const [open, setOpen] = useState(false)
  return (
    <Menu.Root open={open} onOpenChange={setOpen}>
      <Menu.Trigger render={<IconButton icon={Plus} label="New" />} />
      <Menu.Portal container={document.querySelector('main')}>
        <Menu.Positioner sideOffset={6} align="end" className="z-40">
          <Menu.Popup className="popup min-w-56 p-1">
            {WAYS.map(([words, place, Icon]) => (
              <Menu.Item key={place} className="menu-item" onClick={() => go(place)}>
                <Icon size={17} strokeWidth={1.75} aria-hidden className="text-soft" />
                {words}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
