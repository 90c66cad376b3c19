/** When something was done, as people read it. */

/** The time of day, with the day unless that is today. */
export function timeOf(moment: string): string {
  const then = new Date(moment);
  const today = then.toDateString() === new Date().toDateString();
  const time = then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const day = then.toLocaleDateString([], { day: "numeric", month: "short" });
  return today ? time : `${day}, ${time}`;
}

/** The moment in full. */
export const momentOf = (moment: string) => new Date(moment).toLocaleString();
