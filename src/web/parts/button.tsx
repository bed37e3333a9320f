import type { LucideIcon } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'

type ButtonProps = ComponentProps<'button'> & { readonly look?: 'main' | 'plain' | 'danger' }

export const Button = ({ look = 'plain', className = '', ...rest }: ButtonProps): ReactNode => (
  <button type="button" className={`button button-${look} ${className}`} {...rest} />
)

type IconButtonProps = ComponentProps<'button'> & {
  readonly icon: LucideIcon
  /** What it does, in words: shown on hover and read aloud. */
  readonly label: string
  readonly small?: boolean
}

export const IconButton = ({
  icon: Icon,
  label,
  small = false,
  className = '',
  ...rest
}: IconButtonProps): ReactNode => (
  <button
    type="button"
    aria-label={label}
    title={label}
    className={`icon-button ${small ? 'icon-button-small' : ''} ${className}`}
    {...rest}
  >
    <Icon size={small ? 17 : 20} strokeWidth={1.75} aria-hidden />
  </button>
)
