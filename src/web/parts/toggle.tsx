import { Switch } from '@base-ui/react/switch'
import { useId, type ReactNode } from 'react'

type ToggleProps = {
  readonly title: string
  readonly meaning: string
  readonly on: boolean
  onChange(on: boolean): void
}

/** A switch with what it means. */
export const Toggle = ({ title, meaning, on, onChange }: ToggleProps): ReactNode => {
  const id = useId()
  return (
    <div className="flex items-center gap-4 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p id={id} className="font-semibold">
          {title}
        </p>
        <p id={`${id}-meaning`} className="text-small text-soft">
          {meaning}
        </p>
      </div>
      <Switch.Root
        checked={on}
        onCheckedChange={onChange}
        aria-labelledby={id}
        aria-describedby={`${id}-meaning`}
        className="flex h-7 w-12 flex-none items-center rounded-full border border-line-strong bg-sunk p-0.75 transition-colors data-[checked]:border-pine data-[checked]:bg-pine"
      >
        <Switch.Thumb className="size-5 rounded-full bg-line-strong transition-transform data-[checked]:translate-x-5 data-[checked]:bg-pine-ink forced-colors:bg-[CanvasText]" />
      </Switch.Root>
    </div>
  )
}
