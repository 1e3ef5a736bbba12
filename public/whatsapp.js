/*
 * The linking pages. Events tell what is so, or asking for the status; `draw`
 * paints what is in `now`, several times a second. A code is on the screen
 * only while it lives by the server's clock and the server answers. ES2017.
 */
'use strict';
(() => {

const $ = (id) => document.getElementById(id);
const words = window.pairdeskWords;
const isQr = document.body.dataset.page === 'qr';
const isPhone = /Android.*Mobile|iPhone|iPod/.test(navigator.userAgent);
const query = new URLSearchParams(location.search);
const company = query.get('company') || '';
const isCompany = /^[\w-]{1,64}$/.test(company);
const base = 'api/whatsapp/sessions/' + company;
const token = (/[#&]t=([^&]*)/.exec(location.hash) || [])[1];

const SECOND = 1000;
const POLL_MIN = 2 * SECOND, POLL_MAX = 10 * SECOND;
const SILENCE = 40 * SECOND;	/* the server sends a line every 15 s */
const FIRST = 8 * SECOND;	/* no event by then: something collects them */
const ANSWER = 60 * SECOND;
const FRESH = 600 * SECOND;	/* what ended an attempt */
const RENEW = 10 * SECOND;	/* before a code ends */
const UNSEEN = 10 * SECOND;	/* then a hidden page leaves its stream */

const now = {
	status: null,
	shown: null,		/* code or QR code: {text, born, expires, ends, isLast} */
	trouble: null,		/* the answer that refused our request */
	denied: null,		/* the answer that refused the link to this page */
	isOnline: true, isLive: false,
	isPolling: !window.AbortController || !window.TextDecoder,
	isBegun: false, isAsking: false, isRetyping: false, isLed: false,
	phone: ''
};

/* --- words --- */

const LANGS = ['en', 'ru'];

/* Storage may be refused, as in some frames. */
function stored(value) {
	try {
		if (value)
			localStorage.setItem('lang', value);
		return localStorage.getItem('lang');
	} catch (e) {
		return null;
	}
}

let lang = [query.get('lang'), stored(), ...navigator.languages]
	.map((l) => String(l).slice(0, 2)).find((l) => LANGS.includes(l)) || 'en';

function form(n) {
	const tens = n % 100, ones = n % 10;

	if (lang === 'ru' && (!ones || ones > 4 || tens > 10 && tens < 15))
		return 2;
	return (lang === 'ru' ? ones : n) === 1 ? 0 : 1;
}

function text(id, args) {
	return words[id][LANGS.indexOf(lang)].replace(/\{(\w+)\|?([^}]*)\}/g,
	    (all, name, forms) => forms ? forms.split('|')[form(args[name])] : args[name]);
}

function span(ms) {
	const s = Math.max(0, Math.ceil(ms / SECOND));
	const parts = s < 3600 ? [['minutes', s / 60], ['seconds', s % 60]] :
	    [['hours', s / 3600], ['minutes', s % 3600 / 60]];

	return parts.filter((p) => p[1] >= 1).map((p) => text(p[0], {n: Math.floor(p[1])})).join(' ');
}

/* --- the server's clock --- */

/* Our own goes on while the tab is frozen, and never back. */
const started = Date.now() - performance.now();
const ours = () => Math.max(Date.now(), started + performance.now());
let skew = -Infinity;
const time = () => ours() + (isFinite(skew) ? skew : 0);

/*
 * An event that waited in a frozen tab makes the server's clock look slow, so
 * events may only advance it; an answer that came at once sets it.
 */
function learn(serverTime, isFresh) {
	const seen = Date.parse(serverTime) - ours();

	if (isFresh && !isNaN(seen) || seen > skew)
		skew = seen;
}

/* --- asking --- */

/* Options of a fetch that `stop` ends, also by itself after ms. */
function options(method, ms) {
	const abort = window.AbortController ? new AbortController() : {abort() {}};
	const o = {method, cache: 'no-store', signal: abort.signal, headers: {'Accept-Language': lang}};

	if (token)
		o.headers.Authorization = 'Bearer ' + token;
	o.stop = () => abort.abort();
	o.guard = (next) => {
		clearTimeout(o.timer);
		o.timer = setTimeout(o.stop, next);
	};
	o.guard(ms);
	return o;
}

/* {http, body}; http 0: nothing that our server would say. */
async function ask(method, path, body) {
	const o = options(method, ANSWER), from = ours();

	if (body) {
		o.headers['Content-Type'] = 'application/json';
		o.body = JSON.stringify(body);
	}
	try {
		const answer = await fetch(path, o);
		const got = await answer.json();
		const data = got.data || got;

		learn(data.serverTime, ours() - from < 5 * SECOND);
		if (got.retryAfter)
			got.until = time() + got.retryAfter * SECOND;
		data.lang = lang;
		return {http: answer.status, isOk: answer.ok, body: data};
	} catch (e) {
		return {http: 0, body: {}};
	}
}

/* --- what is so --- */

const OPEN = /^(connecting|qr|code|passkey_required)$/;
const FINE = /^(idle|pairing|connected)$/;
const NO_ASKING = /^(banned|conflict|outdated|connected|pairing|passkey_required)$/;

const state = () => now.status || {};
const isUnknown = () => now.status && !now.status.companyId;
const isOpen = () => OPEN.test(state().status);

/* What ended the last attempt, until something else happens. */
function failure() {
	const s = state(), e = s.lastError || {}, at = Date.parse(e.at);

	return s.status === 'idle' && at > Date.parse(s.since) - SECOND && time() - at < FRESH && e;
}

function onStatus(s, isWhole) {
	if (!isWhole && s.stateVersion < state().stateVersion)
		return;
	now.status = s;
	s.lang = lang;
	now.isOnline = true;
	if (!isOpen())
		now.shown = null;
	if (s.connected)
		now.trouble = null;
	begin();
	draw();
}

/* The code of an event or an answer. */
function onShow(e) {
	const old = now.shown, ends = Date.parse(e.windowEndsAt);

	if (now.isRetyping)
		return;
	now.trouble = null;
	now.shown = {
		text: e.code || e.svg || e.qr,
		/* a renewed code is the old one; the bar tells of its whole life */
		born: !isQr && old && old.ends === ends ? old.born : time(),
		expires: Date.parse(e.expiresAt),
		ends,
		isLast: e.attemptsLeft === 0
	};
	draw();
}

/* What came instead of a state. */
function onRefused(http, body) {
	if (http === 404) {
		onStatus({status: 'idle', reason: 'never_linked'}, true);
		return 'unknown';
	}
	/* right tokens are not held back, so this is none */
	if (http === 401 || http === 403 || http === 429 && token && !now.status) {
		body.lang = lang;
		now.denied = body;
		now.shown = null;
		leave();
	}
	now.isOnline = !!now.denied || http === 429;
	draw();
}

/* --- live --- */

let turn = 0;			/* an older follower ends */
let leaveStream = () => {};
let lastId = '', lastByte = 0;

/* Takes text as it comes; calls back for each event. */
function parser(onEvent) {
	let rest = '';

	return (piece) => {
		const blocks = (rest + piece).split('\n\n');

		rest = blocks.pop();
		blocks.forEach((block) => {
			const [id, name, data] = ['id', 'event', 'data']
			    .map((f) => (new RegExp('^' + f + ': ?(.*)', 'm').exec(block) || [])[1]);

			lastId = id || lastId;
			if (data)
				onEvent(name, JSON.parse(data));
		});
	};
}

/* One connection, to its end. */
async function stream() {
	const o = options('GET', FIRST), decoder = new TextDecoder(), mine = turn;
	let isWhole = true;
	const feed = parser((name, e) => {
		learn(e.serverTime);
		if (name === 'status')
			onStatus(e, isWhole);
		else if (name === (isQr ? 'qr' : 'code'))
			onShow(e);
		else if (name === 'error')
			state().lastError = Object.assign(e, {at: e.serverTime});
		isWhole = false;
	});

	leaveStream = o.stop;
	if (lastId)
		o.headers['Last-Event-ID'] = lastId;
	try {
		const answer = await fetch(base + '/events', o);

		if (!answer.ok)
			return onRefused(answer.status, await answer.json());
		now.isLive = true;
		const reader = answer.body.getReader();
		for (let got; !(got = await reader.read()).done;) {
			lastByte = ours();
			feed(decoder.decode(got.value, {stream: true}));
			o.guard(isWhole ? FIRST : SILENCE);
		}
	} catch (e) {
		if (mine === turn && !now.isLive)
			return onRefused(0);
		/* it answers but nothing comes: a proxy collects, or this browser
		 * cannot read streams */
		now.isPolling = now.isPolling || mine === turn && isWhole;
	} finally {
		now.isLive = now.isLive && mine !== turn;
		o.stop();
	}
	return 'ended';
}

async function poll() {
	const wasUnknown = isUnknown(), got = await ask('GET', base + '/status');

	if (!got.isOk)
		return onRefused(got.http, got.body);
	onStatus(got.body);
	return wasUnknown ? 'ended' : isOpen() ? 'open' : 'still';
}

async function follow() {
	const mine = ++turn;
	let delay = 0;

	while (mine === turn) {
		const came = await (now.isPolling || isUnknown() ? poll() : stream());
		delay = {ended: 100, unknown: 2.5 * SECOND, open: POLL_MIN}[came] ||
		    Math.min(Math.max(delay * 1.5, POLL_MIN), POLL_MAX);
		await new Promise((done) => setTimeout(done, delay));
	}
}

function leave() {
	turn++;
	now.isLive = false;
	leaveStream();
}

/* Looks at once: the page came back, or something may have begun. */
function resync(isSure) {
	if (now.denied || !isSure && now.isLive && ours() - lastByte < SILENCE / 2)
		return;
	leave();
	follow();
}

/* --- requests --- */

/* The API's own rule, and 8 for +7, which is for people only. */
function number(typed) {
	const plain = typed.replace(/[\s()+\-\u2010-\u2015]/g, '');
	const isTrunk = /^8\d{10}$/.test(plain) && !typed.includes('+');
	const digits = isTrunk ? '7' + plain.slice(1) : plain;
	const n = digits.length;
	const faults = [['missing', !n], ['character', /\D/.test(digits)], ['zero', digits[0] === '0'],
	    ['long', n > 15 || digits[0] === '7' && n > 11], ['short', n < 7],
	    ['seven', digits[0] === '7' && n !== 11]];

	return {digits, isTrunk, fault: (faults.find((f) => f[1]) || [''])[0]};
}

/* In groups, and with the country where it is sure. */
function pretty(digits) {
	const [code, country] = text('countries').split(',').map((r) => r.split(' '))
	    .find((r) => digits.match('^' + r[0])) || [''];
	const groups = digits[0] === '7' ? digits.replace(/(.)(...)(...)(..)(..)/, '$1 $2 $3-$4-$5') :
	    code + ' ' + digits.slice(code.length);

	return '+' + groups.trim() + (country ? ', ' + country : '');
}

/* Gets a code or a QR code to show; what came else is kept as trouble. */
async function get() {
	now.isAsking = true;
	const got = await (isQr ? ask('GET', base + '/qr') :
	    ask('POST', base + '/pairing-code', now.phone ? {phoneNumber: now.phone} : {}));

	now.isAsking = false;
	if (got.isOk) {
		now.isRetyping = false;
		/* an event's drawing of the same QR code is sharper */
		if (!isQr || !now.shown || now.shown.expires < Date.parse(got.body.expiresAt) - SECOND)
			onShow(got.body);
	} else if (got.http === 401 || got.http === 403 && !state().connected) {
		onRefused(got.http, got.body);
	} else {
		now.shown = null;
		now.trouble = got.body;
	}
}

async function request() {
	now.trouble = null;
	/* its events tell meanwhile how far it is */
	const soon = setTimeout(resync, SECOND);
	const done = get();
	draw();
	await done;
	clearTimeout(soon);
	resync();
	draw();
}

/* The same code for another minute, while somebody still types it. */
function renew() {
	const c = now.shown;

	if (c && now.phone && now.isLive && state().status === 'code' && !now.isAsking && !document.hidden &&
	    c.expires - time() < RENEW && c.ends - time() > RENEW)
		get().then(draw);
}

/* Whether another site sent the visitor here; its page must start nothing. */
function isSent() {
	const [nav] = performance.getEntriesByType('navigation');

	return ((nav || {}).serverTiming || []).some((t) => t.name === 'elsewhere');
}

/* A company that waits for nothing gets its first QR code by itself. */
function begin() {
	if (now.isBegun || document.hidden || !now.status)
		return;
	now.isBegun = true;
	if (isQr && !isPhone && !isSent() && !state().phoneNumber &&
	    (state().reason === 'never_linked' && !failure() || isOpen()))
		request();
}

/* By the clipboard, else by the old way, else by the person's hand. */
async function copy(box, note, value = box.value) {
	const back = document.activeElement;
	let isDone = true;

	try {
		await navigator.clipboard.writeText(value);
	} catch (e) {
		box.hidden = false;
		box.value = value;
		box.focus();
		box.setSelectionRange(0, value.length);
		isDone = document.execCommand('copy');
		if (isDone)
			back.focus();
	}
	box.hidden = isDone && box === $('plain');
	put(note, text(isDone ? 'copied' : 'byHand'));
}

/* --- drawing --- */

function put(id, value) {
	if ($(id).textContent !== value)
		$(id).textContent = value;
}

/* Where a person's act has led to this, the focus goes along. */
function show(id, isShown, isLed) {
	if ($(id).hidden === !isShown)
		return;
	$(id).hidden = !isShown;
	if (isShown && isLed) {
		now.isLed = false;
		$(id).focus();
	}
}

function until() {
	return (now.trouble || {}).until || Date.parse(state().until) || 0;
}

/*
 * {title, advice, code} of what is wrong, or null. After a switch of language
 * the status says what the answer said.
 */
function problem() {
	const s = state(), o = now.denied || now.trouble || failure() || s;
	const said = [o, s.lastError || s, s].find((e) => (e.lang || s.lang) === lang && e.reason === o.reason) || {};
	const sentence = said.error || said.message, code = [o.errorCode || o.code, o.status, o.reason, o.stage, o.detail].join(' ');

	if (now.denied)
		return {title: text('denied'), advice: (sentence || '') + ' ' + text('newLink'), code};
	if (o === now.trouble && !o.error)
		return {title: text('noServer'), advice: text('again'), code};
	if (now.isAsking || o === s && (!s.status || isOpen() || FINE.test(s.status) && !/expired|paused/.test(s.reason)))
		return null;
	return {title: sentence || text('other'), advice: said.advice || '', code};
}

function drawTrouble(p) {
	const end = until(), left = end - time(), next = Date.parse(state().nextAttemptAt) - time();
	const day = left > 18 * 3600 * SECOND ? {day: 'numeric', month: 'long'} : {};
	const at = new Date(end).toLocaleString(lang, Object.assign({hour: '2-digit', minute: '2-digit'}, day));

	if (p) {
		put('trouble-title', p.title);
		put('trouble-advice', p.advice);
		put('clock', left > 0 ? text('wait', {span: span(left), time: at}) :
		    next > 0 ? text('next', {span: span(next)}) : '');
		drawSupport(p);
	}
	show('trouble', !!p, now.isLed);
}

let told = '';

function drawSupport(p) {
	const said = [company, p.code, p.title, p.advice].join('\n');
	const write = (by) => {
		$('support').value = said + '\n' + new Date().toISOString() + '\npairdesk ' + by;
	};

	if (told === said)
		return;
	told = said;
	write('');
	fetch('health').then((a) => write(a.headers.get('X-Pairdesk-Version')), () => {});
}

function drawCode(c) {
	const value = c ? c.text : '';

	put('code', value);
	put('code-read', value.replace('-', ',').split('').join(' '));
	if (!c) {
		put('copied', '');
		$('plain').value = '';
		$('plain').hidden = true;
	}
}

function drawQr(q, left, isNext) {
	const img = $('qr');

	if (q) {
		const src = q.text[0] === '<' ? 'data:image/svg+xml,' + encodeURIComponent(q.text) : q.text;

		if (img.getAttribute('src') !== src)
			img.src = src;
		img.alt = text('alt', {span: span(left)});
	} else {
		img.removeAttribute('src');	/* no phone can read a dead code */
	}
	img.hidden = !q;
	$('paper').className = q ? '' : 'gone';
	put('gone', isNext ? text('qrNext') : '');
}

/* Whether there is something to wait for instead of asking. */
function drawShown() {
	const c = now.shown, dies = c && (isQr ? c.expires : c.ends), left = dies - time();
	const isSure = !!c && now.isOnline && !now.denied;
	const isAlive = isSure && left > 0 && !(isQr && document.hidden);
	const isNext = isQr && isSure && !isAlive && c.ends > time() && !now.isPolling;

	(isQr ? drawQr : drawCode)(isAlive && c, left, isNext);
	put('left', isAlive ? text(!isQr ? 'left' : c.isLast ? 'qrLast' : 'qrLeft', {span: span(left)}) : '');
	$('bar').style.width = isAlive ? Math.min(100, 100 * left / (dies - c.born)) + '%' : 0;
	show('live', isAlive || isNext, now.isLed);
	speak(isAlive ? c.ends - time() : 0);
	return isAlive || isNext;
}

/* The timer is silent but for these moments. */
let spokenAt = 0;

function speak(left) {
	const at = [60, 30, 10].filter((s) => left > 0 && left <= s * SECOND).pop() || 0;

	if (at !== spokenAt)
		put('spoken', at ? text('left', {span: span(left)}) : '');
	spokenAt = at;
}

function drawState(p, isShowing) {
	const s = state();
	let line = s.lang === lang && s.message || '';

	if (now.isAsking && !isShowing)
		line = text('getting');
	else if (!now.status)
		line = text('checking');
	else if (s.reason === 'never_linked')
		line = text('notYet');
	put('state', p || s.connected || !now.isOnline ? '' : line);
	put('offline', now.isOnline ? '' : text('offline'));
	put('name', s.name || '');
	put('expected', s.pinnedPhoneNumber ? text('expected', {n: s.pinnedPhoneNumber.slice(-4)}) : '');
	show('passkey', s.status === 'passkey_required', true);
	if (s.connected) {
		put('number', s.phoneNumber ? text('number', {n: s.phoneNumber.slice(-4)}) : '');
		put('note', s.reason !== 'ok' ? line + ' ' + s.advice : '');
	}
	show('done', !!s.connected && !now.denied && now.isOnline, true);
	show('more', !s.connected);
	document.title = s.connected ? text('connected') : $('title').textContent;
}

function drawAsk(p, isShowing) {
	const s = state();
	const isFutile = s.phoneNumber && /connecting/.test(s.status) || NO_ASKING.test(s.status) || s.reason === 'paused' || s.nextAttemptAt ||
	    now.trouble && /ALREADY|OUTDATED|NOT_FOUND/.test(now.trouble.errorCode);

	show('ask', !isShowing && !isFutile && !now.denied && now.isOnline && until() <= time());
	$('get').setAttribute('aria-disabled', now.isAsking);
	put('get', text(p ? 'getNew' : isQr ? 'qrGet' : 'get'));
}

function draw() {
	const isShowing = drawShown(), p = problem();

	drawTrouble(p);
	drawState(p, isShowing);
	drawAsk(p, isShowing);
}

/* As it will be sent, or why not: at once what more digits cannot heal. */
function drawNumber(isWhole) {
	const n = number($('phone').value);
	const isPartial = !isWhole && /missing|short|seven/.test(n.fault);
	const fault = isPartial || n.fault === 'missing' && state().pinnedPhoneNumber ? '' : n.fault;

	put('fault', fault && text(fault));
	put('echo', n.fault ? '' : (n.isTrunk ? text('trunk') + ' ' : '') + pretty(n.digits));
	$('phone').setAttribute('aria-invalid', !!fault);
	return !fault;
}

/* --- the page --- */

const CODE = `<h2 data-t="yours"></h2>
<p id="code" translate="no" dir="ltr" aria-hidden="true"></p>
<p id="code-read" class="read" translate="no" dir="ltr"></p>
<button id="copy" data-t="copy"></button>
<button id="change" class="plain" data-t="change"></button>
<p id="copied" role="status"></p>
<input id="plain" readonly translate="no" dir="ltr" aria-labelledby="copied" hidden>`;
const PAPER = `<h2 data-t="qrYours"></h2>
<div id="paper" translate="no"><img id="qr" width="280" height="280" alt="" hidden><p id="gone"></p></div>`;
const FIELD = `<label for="phone" data-t="phone"></label>
<input id="phone" type="tel" inputmode="tel" autocomplete="tel" dir="ltr" maxlength="40" aria-describedby="hint echo fault">
<p id="hint" class="soft" data-t="hint"></p>
<p id="echo" class="big" role="status"></p>
<p id="fault" role="alert"></p>`;
const PAGE = `<p><span data-t="company"></span> <b translate="no">${company}</b>
<span id="name" translate="no"></span> <span id="expected"></span></p>
<p id="offline" class="warm" role="alert"></p>
<p id="state" role="status"></p>
<section id="trouble" class="card bad" tabindex="-1" hidden>
<div role="alert"><h2 id="trouble-title"></h2><p id="trouble-advice"></p></div>
<p id="clock" class="big"></p>
<details><summary id="support-title" data-t="support"></summary>
<textarea id="support" rows="8" readonly translate="no" aria-labelledby="support-title"></textarea>
<button id="support-copy" class="plain" data-t="copy"></button>
<p id="support-copied" role="status"></p></details>
</section>
<section id="passkey" class="card bad" tabindex="-1" hidden>
<h2 data-t="passkey"></h2>
<ol><li data-t="pk1"></li><li data-t="pk2"></li><li data-t="pk3"></li></ol>
</section>
<section id="done" class="card good" tabindex="-1" hidden>
<h2 data-t="connected"></h2>
<p id="number" class="big"></p><p id="note"></p><p data-t="unlink"></p><p data-t="fortnight"></p>
</section>
<section id="live" class="card" tabindex="-1" hidden>
${isQr ? PAPER : CODE}
<p id="left" class="soft"></p><div class="bar"><div id="bar"></div></div>
</section>
<p id="spoken" class="read" aria-live="polite"></p>
<p id="first" class="warm" data-t="phoneFirst" hidden></p>
<form id="ask" class="card" novalidate hidden>${isQr ? '' : FIELD}<button id="get"></button></form>
<div id="more"><p><a id="other" data-t="${isQr ? 'toCode' : 'toQr'}"></a></p>
<p class="warm" data-t="warn"></p>
<p class="soft" data-t="what"></p>
<section><h2 data-t="steps"></h2><div class="two">
${['Android', 'iPhone'].map((name, i) => `<div><h3>${name}</h3><ol>` +
    ['open', 'menu' + (i + 1), 'link' + (i + 1)].concat(isQr ? 'scan' : ['byNumber', 'type'])
	.map((id) => `<li data-t="${id}"></li>`).join('') + '</ol></div>').join('')}
</div></section>
<section><h2 data-t="help"></h2><p data-t="helpPhone"></p>
${[1, 2, 3, 4].map((n) => `<details><summary data-t="h${n}"></summary><p data-t="t${n}"></p></details>`).join('')}
</section></div>`;
const WRONG = `<section class="card bad" role="alert">
<p data-t="${company ? 'badCompany' : 'noCompany'}"></p><p data-t="newLink"></p></section>`;

function drawWords() {
	document.documentElement.lang = lang;
	$('lang').lang = lang === 'en' ? 'ru' : 'en';
	document.querySelectorAll('[data-t]').forEach((el) => {
		el.textContent = text(el.dataset.t);
	});
	document.title = $('title').textContent;
	if (isCompany)
		$('other').href = (isQr ? 'whatsapp-pairing' : 'whatsapp-qr') + '.html?company=' + company +
		    '&lang=' + lang + location.hash;
}

function onLang() {
	lang = $('lang').lang;
	stored(lang);
	query.set('lang', lang);
	history.replaceState(null, '', '?' + query + location.hash);
	drawWords();
	if (!isCompany)
		return;
	if (!isQr)
		drawNumber($('fault').textContent);
	draw();
	resync(true);		/* its sentences come in the new language */
}

function onAsk(e) {
	e.preventDefault();
	if (now.isAsking || until() > time())
		return;
	if (!isQr && !drawNumber(true)) {
		$('phone').focus();
		return;
	}
	now.phone = isQr ? '' : number($('phone').value).digits;
	now.isLed = true;
	request();
}

function onChange() {
	now.shown = null;
	now.isRetyping = true;
	draw();
	$('phone').focus();
}

let unseen;

function onSeen() {
	clearTimeout(unseen);
	draw();			/* first of all: what died meanwhile goes */
	if (document.hidden) {
		unseen = setTimeout(leave, UNSEEN);
	} else {
		begin();
		resync();
	}
}

function listen() {
	$('ask').onsubmit = onAsk;
	$('support-copy').onclick = () => copy($('support'), 'support-copied');
	if (!isQr) {
		$('copy').onclick = () => copy($('plain'), 'copied', now.shown.text.replace('-', ''));
		$('change').onclick = onChange;
		$('phone').oninput = () => drawNumber(false);
		$('phone').onchange = () => drawNumber(true);
	}
	document.addEventListener('visibilitychange', onSeen);
	window.onpageshow = (e) => e.persisted && onSeen();
	window.onhashchange = () => location.reload();
	window.ononline = () => resync(true);
	window.onoffline = () => onRefused(0);
}

document.querySelector('header').insertAdjacentHTML('beforeend',
    '<button id="lang" class="plain" data-t="lang"></button>');
document.querySelector('main').insertAdjacentHTML('beforeend', isCompany ? PAGE : WRONG);
$('lang').onclick = onLang;
drawWords();
if (isCompany) {
	listen();
	show('first', isQr && isPhone);
	draw();
	follow();
	setInterval(() => {
		draw();
		renew();
	}, SECOND / 4);
}

})();
