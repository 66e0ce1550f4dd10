import { RefusedError, sendWebhook } from './api.js';
import { setText } from './texts.js';

const button = document.getElementById('send');
const result = document.getElementById('send-result');
const workflow = document.getElementById('send-workflow');

/** Lets the button send the next webhook, and shows beside it what came of that. */
export function enableSending() {
  button.addEventListener('click', async () => {
    // Not `disabled`, which would take the focus away from who uses the keyboard.
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    workflow.hidden = true;
    show('waiting', 'sending');
    try {
      const { webhook, handed_over: handedOver, temporal_ui: url } = await sendWebhook();
      show(
        'good',
        handedOver ? 'sent' : 'kept',
        `${webhook.tracking_no} ${webhook.status} ${webhook.event_text}`,
      );
      // Nobody may have said where the Temporal UI is.
      if (url !== null) workflow.href = url;
      workflow.hidden = url === null;
    } catch (error) {
      if (error instanceof RefusedError) show('bad', 'notSent', error.message);
      else show('bad', 'unreachable');
    } finally {
      button.ariaDisabled = 'false';
    }
  });
}

function show(state, key, words) {
  result.dataset.state = state;
  setText(result, key, words);
}
