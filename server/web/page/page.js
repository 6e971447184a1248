'use strict';

// The page talks to the server that it came from, and to nobody else.
const MODELS_URL = 'api/models';
const SIMILARITY_URL = 'api/similarity';

const element = (id) => document.getElementById(id);

const state = {
  models: [],
  limits: null,
  picture: null,
  previewUrl: null,
  // Aborts the request under way.
  request: null,
};

// Words for people ----------------------------------------------------------

function formatBytes(bytes) {
  if (bytes < 1024) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.ceil(bytes / 1024)} KiB`;
  // Up, so that what is over a limit does not look like the limit.
  return `${Math.ceil(bytes / 1024 / 102.4) / 10} MiB`;
}

function formatPercent(probability) {
  if (probability === null) return 'not a number';
  if (probability > 0 && probability < 0.0005) return '< 0.1 %';
  return `${(100 * probability).toFixed(1)} %`;
}

function formatNumber(value, digits) {
  return value === null ? 'none' : value.toFixed(digits);
}

function showError(message) {
  const box = element('error');
  box.textContent = message;
  box.hidden = message === '';
}

// What the server says about a field, in the words of the page.
function explainField(field, message) {
  const reason = message.startsWith(`${field}: `) ?
      message.slice(field.length + 2) : message;
  const text = /^texts\[(\d+)\]/.exec(field);
  if (text) return `Sentence ${Number(text[1]) + 1} was refused: ${reason}`;
  if (field.startsWith('images')) return `The picture was refused: ${reason}`;
  return message;
}

function explainFailure(reply, body) {
  const error = body && body.error;
  if (!error) {
    return `The server gave an answer that is not its own (${reply.status}).`;
  }
  if (error.field) return explainField(error.field, error.message);
  const openings = {
    UNAVAILABLE: 'The server takes no calls now: ',
    RESOURCE_EXHAUSTED: 'The server is busy: ',
    DEADLINE_EXCEEDED: 'This took too long: ',
    INTERNAL: 'The server failed: ',
  };
  return `${openings[error.code] || 'Refused: '}${error.message}`;
}

// Answers of the server ------------------------------------------------------

// The body of a good answer; throws an Error with a message for people.
async function ask(url, options) {
  let reply;
  try {
    reply = await fetch(url, {credentials: 'omit', ...options});
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new Error('The server cannot be reached. Is it still running?');
  }
  const body = await reply.json().catch(() => null);
  if (!reply.ok || body === null) throw new Error(explainFailure(reply, body));
  return body;
}

async function loadModels() {
  element('retry').hidden = true;
  element('facts-wait').hidden = false;
  try {
    const reply = await ask(MODELS_URL);
    state.models = reply.models;
    state.limits = reply.limits;
    showError('');
    showModels();
  } catch (failure) {
    showError(failure.message);
    element('retry').hidden = false;
  }
  element('facts-wait').hidden = true;
}

// The model ------------------------------------------------------------------

function selectedModel() {
  return state.models[Math.max(0, element('model').selectedIndex)];
}

function showModels() {
  element('model').replaceChildren(
      ...state.models.map((model) => new Option(model.name)));
  element('model-row').hidden = state.models.length < 2;
  element('picture-hint').textContent = `JPEG, PNG, WebP or BMP, up to ${
      formatBytes(state.limits.max_image_bytes)}`;
  showFacts();
}

function factsOf(model) {
  return [
    ['Name', model.name],
    ['Architecture', model.architecture],
    ['Embedding', `${model.embed_dim} numbers`],
    ['Picture', `${model.image_width} × ${model.image_height} pixels (${
        model.interpolation}, ${model.resize_mode})`],
    ['Context', `${model.context_length} tokens`],
    ['Vocabulary', `${model.vocab_size} tokens`],
    ['Precision', model.dtype],
    ['Device', model.device],
    ['Logit scale', formatNumber(model.logit_scale, 4)],
    ['Logit bias', formatNumber(model.logit_bias, 4)],
    ['Checkpoint (SHA-256)', model.checkpoint_sha256],
  ];
}

function showFacts() {
  const rows = factsOf(selectedModel()).flatMap(([name, value]) => {
    const term = document.createElement('dt');
    term.textContent = name;
    const fact = document.createElement('dd');
    fact.textContent = value;
    if (name.startsWith('Checkpoint')) fact.className = 'digest';
    return [term, fact];
  });
  element('facts').replaceChildren(...rows);
}

// The picture ----------------------------------------------------------------

function takePicture(file) {
  if (state.previewUrl) URL.revokeObjectURL(state.previewUrl);
  state.picture = file;
  state.previewUrl = URL.createObjectURL(file);
  const preview = element('preview');
  preview.hidden = false;
  preview.src = state.previewUrl;
  preview.alt = `Preview of ${file.name}`;
  element('drop-call').textContent =
      `${file.name || 'Pasted picture'}, ${formatBytes(file.size)}`;
  markStale();
  // Whoever has sentences already wants to see them scored anew.
  if (sentences().length > 0) score();
}

function takeFiles(files) {
  if (files.length === 0) {
    showError('That is not a file. Save the picture first, then choose it.');
    return;
  }
  takePicture(files[0]);
}

// Base64, which is how bytes travel in JSON.
function encode(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.replace(/^[^,]*,?/, ''));
    reader.onerror =
        () => reject(new Error('The picture cannot be read from the disk.'));
    reader.readAsDataURL(file);
  });
}

// Scoring --------------------------------------------------------------------

function sentences() {
  return element('sentences').value.split('\n')
      .map((line) => line.trim()).filter((line) => line !== '');
}

// What is wrong before anything is sent, and where; or null.
function findMistake(texts) {
  if (state.picture === null) {
    return {message: 'Choose a picture first.', at: 'file'};
  }
  if (texts.length === 0) {
    return {message: 'Write at least one sentence.', at: 'sentences'};
  }
  const limits = state.limits;
  if (limits && state.picture.size > limits.max_image_bytes) {
    return {
      message: `The picture is too large: it has ${
          formatBytes(state.picture.size)}, and at most ${
          formatBytes(limits.max_image_bytes)} are taken.`,
      at: 'file',
    };
  }
  if (limits && texts.length > limits.max_texts) {
    return {
      message: `There are ${texts.length} sentences; at most ${
          limits.max_texts} are taken.`,
      at: 'sentences',
    };
  }
  return null;
}

function setBusy(isBusy) {
  element('results').setAttribute('aria-busy', String(isBusy));
  element('score').textContent = isBusy ? 'Scoring…' : 'Score';
}

async function score() {
  const texts = sentences();
  if (state.request) state.request.abort();
  state.request = null;
  setBusy(false);
  const mistake = findMistake(texts);
  if (mistake) {
    showError(mistake.message);
    element(mistake.at).focus();
    return;
  }
  const request = new AbortController();
  state.request = request;
  showError('');
  setBusy(true);
  try {
    const image = await encode(state.picture);
    const model = state.models.length > 0 ? selectedModel().name : '';
    const reply = await ask(SIMILARITY_URL, {
      method: 'POST',
      headers: {'Content-Type': 'application/json'},
      body: JSON.stringify({model, texts, image}),
      signal: request.signal,
    });
    if (state.request === request) showScores(reply, texts);
  } catch (failure) {
    if (state.request === request) showError(failure.message);
  }
  if (state.request === request) {
    state.request = null;
    setBusy(false);
  }
}

// The scores -----------------------------------------------------------------

function markStale() {
  if (element('scores').hidden) return;
  element('results').classList.add('is-stale');
  element('summary').textContent =
      'Picture, sentences or model have changed since these scores.';
}

function cell(content, className) {
  const result = document.createElement('td');
  result.textContent = content;
  if (className) result.className = className;
  return result;
}

function sentenceCell(row) {
  const result = cell(row.text);
  if (row.truncated) {
    const note = document.createElement('span');
    note.className = 'note';
    note.textContent = `cut off after ${row.token_count} tokens`;
    result.append(note);
  }
  const track = document.createElement('div');
  track.className = 'track';
  const bar = document.createElement('div');
  bar.className = 'bar';
  bar.style.width = `${100 * (row.probability || 0)}%`;
  track.append(bar);
  result.append(track);
  return result;
}

function scoreRow(row, index) {
  const result = document.createElement('tr');
  if (index === 0) result.className = 'is-best';
  result.append(sentenceCell(row),
                cell(formatPercent(row.probability), 'number'),
                cell(formatNumber(row.logit, 2), 'number'));
  return result;
}

function showScores(reply, texts) {
  const rows = reply.scores.map((entry, i) => ({...entry, text: texts[i]}));
  rows.sort((a, b) => b.logit - a.logit);
  element('scores').tBodies[0].replaceChildren(...rows.map(scoreRow));
  element('scores').hidden = false;
  element('summary').textContent = `Best: “${rows[0].text}”, ${
      formatPercent(rows[0].probability)}.`;
  const how = reply.logit_bias === null ?
      'Probabilities are a softmax over the sentences' :
      'Each probability is the sigmoid of its logit';
  element('method').textContent = `${how}. ${reply.model.name} took ${
      (1000 * reply.timing.total_seconds).toFixed(0)} ms, ${
      (1000 * reply.timing.forward_seconds).toFixed(0)} of them in the model.`;
  element('method').hidden = false;
  element('results').classList.remove('is-stale');
  // On a telephone they are below the form.
  element('summary').scrollIntoView({block: 'nearest'});
}

// What people do -------------------------------------------------------------

element('form').addEventListener('submit', (event) => {
  event.preventDefault();
  score();
});

element('file').addEventListener('change', (event) => {
  const files = event.target.files;
  if (files.length > 0) takePicture(files[0]);
  // So that the same file, changed, can be chosen again.
  event.target.value = '';
});

element('preview').addEventListener('error', () => {
  element('preview').hidden = true;
});

element('sentences').addEventListener('input', markStale);
element('sentences').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) score();
});

element('model').addEventListener('change', () => {
  showFacts();
  markStale();
});

element('retry').addEventListener('click', loadModels);

// Anywhere on the page: a browser would leave it to show the file.
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('is-dragging');
});
document.addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) {
    document.body.classList.remove('is-dragging');
  }
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('is-dragging');
  takeFiles(event.dataTransfer.files);
});

document.addEventListener('paste', (event) => {
  // Text goes where the cursor is.
  if (event.clipboardData.files.length > 0) {
    event.preventDefault();
    takeFiles(event.clipboardData.files);
  }
});

loadModels();
