/**
 * Which revision the player is to show: the one that the server named last, read again as the cuts
 * decide more of it.
 */

import { describe } from "../api/problem";
import { isUndecided, toldSince } from "../logic/ready";
import { notify } from "./notices";
import type { Playback } from "./playback";
import type { Session } from "./session";

export class ShownRevision {
  private early = 0;
  /** Segments were decided of which the manifest at hand does not know. */
  private decided = false;
  /** The revision that was asked for last, until it is here. */
  private asked: { readonly revision: number } | null = null;
  private disposed = false;

  constructor(private readonly session: Session) {}

  /** How many revisions were named early: what was being read then may tell of the one before. */
  get named(): number {
    return this.early;
  }

  /** Shows a revision that the server has just named, `early`: before the project that tells of it is read. */
  expect(revision: number, early = true): void {
    if (early) this.early += 1;
    if (this.disposed) return;
    const playback = this.session.playback.value;
    const shown = playback?.manifest.value?.revision;
    if (!playback || shown === undefined || shown === revision) return;
    if (this.asked?.revision !== revision) void this.show(playback, revision);
  }

  /** Shows the project's revision as it is now, be it the same. */
  async showAnew(): Promise<void> {
    const { playback, project } = this.session;
    if (playback.value) await this.show(playback.value, project.value?.revision ?? 0);
  }

  /** More segments of the project's revision were decided. */
  noteDecisions(): void {
    this.decided = isUndecided(this.session.playback.value?.manifest.value);
    this.follow();
  }

  /** All cuts are known: the revision that is compared with, of which nothing is told, may await them. */
  noteCuts(): void {
    this.decided ||= this.session.compare.value !== null;
    this.follow();
  }

  /** Another player knows of nothing that was asked for. */
  restart(): void {
    this.asked = null;
  }

  dispose(): void {
    this.disposed = true;
  }

  private async show(playback: Playback, revision: number): Promise<void> {
    const { told } = this.session;
    const [before, asked] = [told.value, { revision }];
    this.asked = asked;
    try {
      await playback.showRevision(revision);
      told.value = toldSince(told.value, before);
    } catch (error) {
      if (!this.disposed) notify(describe(error), "error");
    } finally {
      if (this.asked === asked) this.asked = null;
      this.follow();
    }
  }

  /** Reads which segments were decided since the manifest was, one answer after the other. */
  private follow(): void {
    const [playback, revision] = [this.session.playback.value, this.session.project.value?.revision];
    if (!playback || revision === undefined || !this.decided || this.asked || this.disposed) return;
    this.decided = false;
    void this.show(playback, revision);
  }
}
