/** The changes to what a run does that older histories lack, by the names under which they are marked. */
export const CHANGES = {
  idleLooksWait: 'idle-looks-wait',
  shortHistories: 'short-histories',
  attributesFollow: 'attributes-follow',
  finalIsFinal: 'final-is-final',
} as const;
