/** A row of `express_notifications` as the API shows it. Ids as text, whatever type the shop gave them. */
export interface Notification {
  readonly message_id: string;
  readonly aud: string | null;
  readonly recipient_id: string | null;
  readonly order_id: string | null;
  readonly carrier: string | null;
  readonly tracking_no: string | null;
  readonly status: string | null;
  readonly title: string | null;
  readonly body: string | null;
  readonly send_status: string | null;
  readonly last_error: string | null;
  readonly workflow_id: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

export const NOTIFICATION_COLUMNS = `message_id, aud, recipient_id::text as recipient_id, order_id::text as order_id,
  carrier, tracking_no, status, title, body, send_status, last_error, workflow_id, created_at, updated_at`;
