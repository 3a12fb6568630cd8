/** Buttons are verbs: the one main action of a cell, quiet ones beside it, and dangerous ones. */
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Icon, type IconName } from './Icon.tsx';
import './button.css';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children' | 'className' | 'type'>;

export interface ButtonProps extends Native {
  readonly variant?: 'primary' | 'quiet' | 'danger';
  readonly size?: 'regular' | 'small';
  readonly icon?: IconName;
  /** The key that does the same, as a person reads it: "Shift + Enter". */
  readonly shortcut?: string;
  /** Set on buttons that stay down. */
  readonly pressed?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly children: ReactNode;
}

export function Button(props: ButtonProps) {
  const { variant = 'quiet', size = 'regular', icon, shortcut, pressed, children, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      className={`button button--${variant} button--${size}`}
      aria-pressed={pressed}
      aria-keyshortcuts={shortcut?.replaceAll(' ', '')}
    >
      {icon !== undefined && <Icon name={icon} size={size === 'small' ? 12 : 14} />}
      <span>{children}</span>
      {shortcut !== undefined && (
        <span className="button__shortcut" aria-hidden="true">
          {shortcut}
        </span>
      )}
    </button>
  );
}

export interface IconButtonProps extends Native {
  readonly icon: IconName;
  /**
   * Says what the button does; shown as its tooltip. At the end of a way `aria-disabled` keeps the
   * focus, and with it the keys, that `disabled` would lose.
   */
  readonly label: string;
  readonly pressed?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, pressed, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      {...rest}
      className="icon-button"
      aria-label={label}
      aria-pressed={pressed}
    >
      <Icon name={icon} />
    </button>
  );
}
