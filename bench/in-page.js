// What runs inside a page: Playwright sends each of these functions as text, so none may use anything around it.

/**
 * The moment at which the page draws somebody else's bubble with this text, in milliseconds since 1970.
 *
 * @param {string} sought
 * @returns {Promise<number>}
 */
export const bubbleDrawn = (sought) =>
  new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const bubbles = [...document.querySelectorAll('[data-bubble="theirs"]')].slice(-3)
      if (!bubbles.some((bubble) => bubble.textContent.includes(sought))) return
      observer.disconnect()
      requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()))
    })
    observer.observe(document.body, { childList: true, subtree: true, characterData: true })
  })

/**
 * The moment of the next Enter key, in milliseconds since 1970.
 *
 * @returns {Promise<number>}
 */
export const enterPressed = () =>
  new Promise((resolve) => {
    /** @param {KeyboardEvent} event */
    const onKey = (event) => {
      if (event.key !== 'Enter') return
      removeEventListener('keydown', onKey, true)
      resolve(performance.timeOrigin + performance.now())
    }
    addEventListener('keydown', onKey, true)
  })

/**
 * Milliseconds from the navigation's start until a bubble with this text is drawn within the window.
 *
 * @param {string} sought
 * @returns {Promise<number>}
 */
export const bubbleReady = (sought) =>
  new Promise((resolve) => {
    const look = () => {
      const isThere = [...document.querySelectorAll('[data-bubble]')].some((bubble) => {
        const { top, bottom } = bubble.getBoundingClientRect()
        return bottom > 0 && top < innerHeight && bubble.textContent.includes(sought)
      })
      requestAnimationFrame(isThere ? () => resolve(performance.now()) : look)
    }
    look()
  })

/** @param {string} place */
export const goTo = (place) => {
  location.hash = place
}
