import type { Answer, WebhookRequest } from '../../../src/sources/source';

/** What every source must stand in the tests that are the same for all of them. */
export interface SourceVectors {
  /** With which every genuine request is signed; `null` for a sender that signs nothing. */
  readonly secret: string | null;
  /** When the requests arrive; milliseconds since 1970. */
  readonly now: number;
  readonly genuine: readonly GenuineRequest[];
  /** The answer to the first genuine request. */
  readonly acknowledgement: Answer;
}

export interface GenuineRequest {
  readonly what: string;
  readonly request: WebhookRequest;
  /** Whether the sender, or somebody who receives from it, has published the request with its signature. */
  readonly published: boolean;
  /** Of this request, where it is not that of the others. */
  readonly secret?: string;
  /** Of this request, where it is not that of the others; milliseconds since 1970. */
  readonly now?: number;
  /**
   * How much of it the signature covers; where absent, what is read of it. `every-bit`: the whole body; `headers`:
   * nothing of the body.
   */
  readonly covers?: 'every-bit' | 'headers';
  /** It is an example of a signature, and tells nothing of a waybill. */
  readonly tellsNothing?: true;
}
