/** What went wrong with a request, as one sentence for people. */

/** A refusal by the server (RFC 9457) or, with status 0, a request that never reached it. */
export class Problem extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.name = "Problem";
    this.status = status;
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  return new Problem(response.status, sentence(await response.text(), response.status));
}

/** The `detail` of problem details, or a plain sentence where the body is something else. */
export function sentence(body: string, status: number): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null && "detail" in parsed) {
      if (typeof parsed.detail === "string" && parsed.detail) return parsed.detail;
    }
  } catch {
    // Not JSON: some proxy in between answered.
  }
  return `The server answered with status ${status}; try again.`;
}

export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
