import { useEffect, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { joiningWords } from '../../view/invitation-words.ts'
import { agoWords } from '../../view/time-words.ts'
import type { JoiningView } from '../../view/invitation-view.ts'
import { RoundPicture } from '../group/group-picture.tsx'
import { Button } from '../parts/button.tsx'
import { Page } from '../parts/panel.tsx'
import { Avatar, Tag } from '../parts/person.tsx'
import { useAct, useKith, useMirror, useNow } from '../peer/context.ts'
import { isolated } from '../peer/names.ts'
import { PLACES, toConversation } from '../routes.ts'

/** An invitation that I accepted: what it waits for, or why it did not let me in. Once in, it leads to the talk. */
export const JoiningPage = ({ id }: { readonly id: string }): ReactNode => {
  const joining = useMirror((mirror) => mirror.joinings.get(id))
  useArriving(joining)
  if (joining === undefined)
    return (
      <Page title="Joining" home={PLACES.home}>
        <p className="text-soft">This invitation is on your list no longer.</p>
      </Page>
    )
  const { inviter, group, state } = joining
  return (
    <Page title="Joining" home={PLACES.home}>
      <section aria-label="The invitation" className="panel flex flex-col gap-4 p-5">
        <div className="flex items-center gap-4">
          {group ? (
            <RoundPicture id={id} title={group.title} url={undefined} size={72} />
          ) : (
            <Avatar id={inviter.person} name={inviter.name} size={72} />
          )}
          <div className="min-w-0">
            <h2 className="font-serif text-large text-balance">
              <bdi>{group?.title ?? inviter.name}</bdi>
            </h2>
            <p className="text-small text-soft">
              {group ? (
                <>
                  Invited by <bdi>{inviter.name}</bdi>
                </>
              ) : (
                'An invitation to talk, from'
              )}
              <Tag tag={inviter.tag} />
            </p>
          </div>
        </div>
        <p role="status" className={state.at === 'refused' ? 'text-ember' : ''}>
          {joiningWords(withIsolated(joining))}
        </p>
        <Since joining={joining} />
        <Buttons joining={joining} />
      </section>
    </Page>
  )
}

/** The joining with its names marked off, to be put into a sentence. */
const withIsolated = (joining: JoiningView): JoiningView => ({
  ...joining,
  inviter: { ...joining.inviter, name: isolated(joining.inviter.name) },
  ...(joining.group ? { group: { title: isolated(joining.group.title) } } : {}),
})

const Since = ({ joining: { since, state } }: { readonly joining: JoiningView }): ReactNode => {
  const now = useNow(30_000)
  return state.at === 'waiting' ? <p className="text-small text-soft">You answered {agoWords(since, now)}.</p> : null
}

const Buttons = ({ joining: { id, state } }: { readonly joining: JoiningView }): ReactNode => {
  const kith = useKith()
  const [, go] = useLocation()
  const { busy, act } = useAct()
  const forget = async (): Promise<void> => {
    if ((await act(kith.calls.forgetJoining({ joining: id }))) !== undefined) go(PLACES.home)
  }
  return (
    <div className="flex flex-wrap gap-2">
      {state.at === 'refused' ? <Button onClick={() => go(PLACES.join)}>Use another invitation</Button> : null}
      <Button look="danger" disabled={busy} onClick={() => void forget()}>
        {state.at === 'waiting' ? 'Give it up' : 'Take it off the list'}
      </Button>
    </div>
  )
}

/** Leads on as soon as I am in; what is done with is taken off the list. */
const useArriving = (joining: JoiningView | undefined): void => {
  const kith = useKith()
  const [, go] = useLocation()
  const conversation = joining?.state.at === 'in' ? joining.state.conversation : undefined
  const here = useMirror(({ conversations }) => conversation !== undefined && conversations.has(conversation))
  const id = joining?.id
  useEffect(() => {
    if (!here || conversation === undefined || id === undefined) return
    go(toConversation(conversation), { replace: true })
    void kith.calls.forgetJoining({ joining: id })
  }, [kith, go, here, conversation, id])
}
