/*
 * The linking pages: one of phone and code, one of the QR code. What is so
 * comes from the server, as events or, where a browser or a proxy cannot
 * stream, by asking for the status; what is on the screen is drawn from
 * `now` by `draw`, several times a second. A code is shown only while the
 * server's clock says that it lives and the server can be reached.
 *
 * ES2017, for the browsers of old phones.
 */
'use strict';
(function () {

const words = window.pairdeskWords;
const page = document.body.getAttribute('data-page');	/* code, qr, home */
const query = new URLSearchParams(location.search);
const company = query.get('company') || '';
const isCompany = /^[A-Za-z0-9_-]{1,64}$/.test(company);
const base = 'api/whatsapp/sessions/' + company;
const token = (/[#&]t=([^&]*)/.exec(location.hash) || [])[1];

const SECOND = 1000;
const TICK = 250;
const POLL_MIN = 2 * SECOND, POLL_MAX = 10 * SECOND;
const SILENCE = 40 * SECOND;		/* the server sends a line every 15 s */
const FIRST_EVENT = 8 * SECOND;		/* else something holds the stream back */
const ANSWER = 60 * SECOND;
const RENEW = 10 * SECOND;		/* before the end of a code */
const HIDDEN = 10 * SECOND;		/* then an unseen page leaves the stream */
const SPOKEN = [60, 30, 10];		/* seconds at which the timer is heard */

const now = {
	status: null,		/* of the server; {} not linked yet */
	code: null, qr: null,	/* on show: text, expires, ends, born */
	trouble: null,		/* the answer that refused our request */
	denied: null,		/* the answer that refused the link itself */
	isOnline: true, isAsking: false, isPolling: false, isLive: false,
	isRetyping: false, isMoved: false,
	phone: undefined	/* what the code was asked for */
};

const $ = function (id) { return document.getElementById(id); };

/* --- words ----------------------------------------------------------------- */

function recall() {
	try {
		return localStorage.getItem('lang');
	} catch (e) {		/* storage is refused, as in some frames */
		return null;
	}
}

function keep(value) {
	try {
		localStorage.setItem('lang', value);
	} catch (e) {
		return;
	}
}

function firstLang() {
	const wanted = [query.get('lang'), recall()]
		.concat(navigator.languages || navigator.language)
		.map(function (w) { return String(w).slice(0, 2).toLowerCase(); });

	return wanted.find(function (w) { return words.hasOwnProperty(w); }) || 'en';
}

let lang = firstLang();

function form(n) {
	const tens = n % 100, ones = n % 10;

	if (lang === 'en')
		return n === 1 ? 0 : 1;
	if (ones === 0 || ones > 4 || tens > 10 && tens < 15)
		return 2;
	return ones === 1 ? 0 : 1;
}

function text(key, args) {
	return words[lang][key].replace(/\{(\w+)\|?([^}]*)\}/g,
	    function (all, name, forms) {
		return forms ? forms.split('|')[form(args[name])] : args[name];
	});
}

function span(ms) {
	const s = Math.max(0, Math.ceil(ms / SECOND));
	const part = function (key, n) { return n ? text(key, {n: n}) : ''; };

	if (s < 60)
		return text('seconds', {n: s});
	if (s < 3600)
		return (part('minutes', Math.floor(s / 60)) + ' ' +
		    part('seconds', s % 60)).trim();
	return (part('hours', Math.floor(s / 3600)) + ' ' +
	    part('minutes', Math.floor(s % 3600 / 60))).trim();
}

/* --- the server's clock ---------------------------------------------------- */

/* Ours runs on while the tab is frozen, and does not go back. */
const started = Date.now() - performance.now();
let skew = 0;

function ours() {
	return Math.max(Date.now(), started + performance.now());
}

function time() {
	return ours() + skew;
}

/*
 * What is old when it is read makes the server's clock look slow, so that an
 * event may only advance it; an answer that came at once sets it.
 */
let hasSkew = false;

function learn(serverTime, tookMs) {
	const seen = Date.parse(serverTime) - ours();

	if (isNaN(seen) || tookMs > 5 * SECOND)
		return;
	if (!hasSkew || tookMs >= 0 || seen > skew)
		skew = seen;
	hasSkew = true;
}

/* --- asking ---------------------------------------------------------------- */

function options(method, body) {
	const o = {method: method, cache: 'no-store', headers: {'Accept-Language': lang}};

	if (token)
		o.headers.Authorization = 'Bearer ' + token;
	if (body) {
		o.headers['Content-Type'] = 'application/json';
		o.body = JSON.stringify(body);
	}
	return o;
}

/* Gives up after some time: a stop function and the signal, where there is one. */
function limit(o, ms) {
	const abort = window.AbortController && new AbortController();
	const timer = setTimeout(function () { if (abort) abort.abort(); }, ms);

	if (abort)
		o.signal = abort.signal;
	return function () { clearTimeout(timer); };
}

/* The answer as {ok, http, body}; http 0: no answer of our server. */
async function ask(method, path, body) {
	const o = options(method, body), from = ours();
	const stop = limit(o, ANSWER);

	try {
		const answer = await fetch(base + path, o);
		const got = await answer.json();
		const data = got.data || got;

		learn(data.serverTime || answer.headers.get('Date'), ours() - from);
		if (got.retryAfter)
			got.until = time() + got.retryAfter * SECOND;
		got.lang = lang;
		return {ok: answer.ok, http: answer.status, body: got};
	} catch (e) {		/* no network, no server, or a proxy's page */
		return {ok: false, http: 0, body: {errorCode: 'SERVER'}};
	} finally {
		stop();
	}
}

/* --- what is so ------------------------------------------------------------ */

const SHOWS = ['connecting', 'qr', 'code', 'passkey_required'];

function isOpen() {
	return now.status && SHOWS.indexOf(now.status.status) >= 0;
}

function onStatus(s) {
	const old = now.status || {};

	if (s.stateVersion < old.stateVersion && !s.isFirst)
		return;
	s.lang = lang;
	now.status = s;
	now.isOnline = true;
	if (!isOpen())
		now.code = now.qr = null;
	/* what refused us is over once something new has begun */
	if (now.trouble && (s.connected || s.stateVersion > now.trouble.stateVersion && isOpen()))
		now.trouble = null;
	draw();
}

function shown(e) {
	return {
		text: e.code || e.svg || e.png,
		born: time(),
		expires: Date.parse(e.expiresAt),
		ends: Date.parse(e.windowEndsAt || e.expiresAt),
		isLast: e.attemptsLeft === 0
	};
}

function onCode(e) {
	if (now.isRetyping)
		return;
	now.code = shown(e);
	/* the bar tells of the whole window, which a renewal does not begin anew */
	if (onCode.ends !== now.code.ends) {
		onCode.ends = now.code.ends;
		onCode.born = now.code.born;
	}
	now.code.born = onCode.born;
	draw();
}

function onQr(e) {
	now.qr = shown(e);
	draw();
}

function onDenied(body) {
	now.denied = body;
	now.code = now.qr = null;
	draw();
}

/* --- live ------------------------------------------------------------------ */

let turn = 0;			/* of the follower; an older one ends */
let hangUp = null, wake = null, lastId = '', lastByte = 0;

function pause(ms) {
	return new Promise(function (done) {
		const timer = setTimeout(done, ms);

		wake = function () { clearTimeout(timer); done(); };
	});
}

function onEvent(name, data, isFirst) {
	const e = JSON.parse(data);

	learn(e.serverTime, -1);
	if (name === 'status') {
		e.isFirst = isFirst;
		onStatus(e);
	} else if (name === 'code') {
		onCode(e);
	} else if (name === 'qr') {
		onQr(e);
	}
}

/* Reads lines into events: `feed` takes pieces of text as they come. */
function parser(onMessage) {
	let rest = '', name = '', data = [];

	function line(l) {
		const at = l.indexOf(':');
		const field = at < 0 ? l : l.slice(0, at);
		const value = at < 0 ? '' : l.slice(at + 1).replace(/^ /, '');

		if (l === '') {
			if (data.length)
				onMessage(name, data.join('\n'));
			name = '';
			data = [];
		} else if (field === 'event') {
			name = value;
		} else if (field === 'data') {
			data.push(value);
		} else if (field === 'id') {
			lastId = value;
		}
	}
	return function (piece) {
		const lines = (rest + piece).split(/\r\n|\n/);

		rest = lines.pop();
		lines.forEach(line);
	};
}

/* One connection, to its end. What it came to: ended, unknown, denied, lost. */
async function stream() {
	const abort = new AbortController(), o = options('GET');
	const decoder = new TextDecoder();
	let isFirst = true, dog;
	const guard = function (ms) {
		clearTimeout(dog);
		dog = setTimeout(function () { abort.abort(); }, ms);
	};
	const feed = parser(function (name, data) {
		onEvent(name, data, isFirst);
		isFirst = false;
	});

	hangUp = function () { abort.abort(); };
	o.signal = abort.signal;
	if (lastId)
		o.headers['Last-Event-ID'] = lastId;
	guard(FIRST_EVENT);
	try {
		const answer = await fetch(base + '/events', o);

		if (!answer.ok)
			return refused(answer.status, await answer.json());
		if (!answer.body || !answer.body.getReader)
			now.isPolling = true;
		else
			now.isLive = true;
		const reader = now.isLive && answer.body.getReader();
		while (now.isLive) {
			const got = await reader.read();

			if (got.done)
				break;
			lastByte = ours();
			feed(decoder.decode(got.value, {stream: true}));
			guard(isFirst ? FIRST_EVENT : SILENCE);
		}
		return 'ended';
	} catch (e) {
		/* it answers but nothing arrives: something in between collects */
		if (now.isLive && isFirst)
			now.isPolling = true;
		return isFirst ? 'lost' : 'ended';
	} finally {
		clearTimeout(dog);
		abort.abort();
		now.isLive = false;
	}
}

function refused(http, body) {
	if (http === 404) {
		onStatus({status: 'idle', reason: 'never_linked', isFirst: true});
		return 'unknown';
	}
	if (http === 401 || http === 403) {
		onDenied(body);
		return 'denied';
	}
	return 'lost';
}

async function poll() {
	const got = await ask('GET', '/status');

	if (got.ok) {
		onStatus(got.body.data || got.body);
		return isOpen() ? 'open' : 'still';
	}
	return refused(got.http, got.body);
}

async function follow() {
	const mine = ++turn;
	let delay = 0, came;

	if (!window.AbortController || !window.TextDecoder)
		now.isPolling = true;
	while (mine === turn) {
		came = await (now.isPolling ? poll() : stream());
		if (mine !== turn || came === 'denied')
			return;
		if (came === 'lost') {
			now.isOnline = now.isOnline && delay === 0 && !now.isPolling;
			draw();
		}
		if (came === 'ended')
			delay = 0;
		else if (came === 'unknown')
			delay = POLL_MAX;
		else
			delay = came === 'open' || delay === 0 ? POLL_MIN :
			    Math.min(delay * 1.5, POLL_MAX);
		await pause(delay || 100);
	}
}

function leave() {
	turn++;
	if (hangUp)
		hangUp();
	if (wake)
		wake();
}

/* Looks at once: the page came back, or something has just begun. */
function resync() {
	if (now.denied || !isCompany)
		return;
	if (!now.isLive || ours() - lastByte > SILENCE / 2) {
		leave();
		follow();
	}
	draw();
}

/* --- requests -------------------------------------------------------------- */

/* Digits, or the reason why not. The API's own rule; 8 becomes 7 here only. */
function number(typed) {
	const plain = typed.replace(/[\s()+\-\u2010-\u2015\u00ad]/g, '');
	const isTrunk = typed.indexOf('+') < 0 && /^8\d{10}$/.test(plain);
	const digits = isTrunk ? '7' + plain.slice(1) : plain;
	let fault = '';

	if (digits === '')
		fault = 'missing';
	else if (/\D/.test(digits))
		fault = 'character';
	else if (digits[0] === '0')
		fault = 'zero';
	else if (digits.length < 7)
		fault = 'short';
	else if (digits.length > 15)
		fault = 'long';
	else if (digits[0] === '7' && digits.length !== 11)
		fault = 'seven';
	return {digits: digits, isTrunk: isTrunk, fault: fault};
}

function country(digits) {
	const row = words[lang].countries.split(',').find(function (r) {
		return digits.indexOf(r.split(' ')[0]) === 0;
	});

	if (/^7[3489]/.test(digits))
		return ['7', text('ru')];
	if (/^7[67]/.test(digits))
		return ['7', text('kz')];
	return row ? [row.slice(0, row.indexOf(' ')), row.slice(row.indexOf(' ') + 1)] : ['', ''];
}

function pretty(digits) {
	const c = country(digits);
	const rest = digits.slice(c[0].length);

	if (c[0] === '7')
		return '+' + digits.replace(/^7(...)(...)(..)(..)$/, '7 $1 $2-$3-$4');
	return '+' + c[0] + (c[0] && ' ') + rest.replace(/(\d{3})(?=\d{2})/g, '$1 ');
}

function expected() {
	const s = now.status;

	return s && !s.connected && s.phoneNumber || '';
}

async function getCode() {
	const body = now.phone ? {phoneNumber: now.phone} : {};
	const got = await ask('POST', '/pairing-code', body);
	const data = got.body.data;

	if (got.ok) {
		now.isRetyping = false;
		onCode(data || got.body);
	}
	return got;
}

async function getQr() {
	const got = await ask('GET', '/qr');
	const data = got.body.data;

	/* its picture, until the event brings the sharper one */
	if (got.ok && !(now.qr && now.qr.expires >= Date.parse(data.expiresAt) - SECOND))
		onQr({png: data.qr, expiresAt: data.expiresAt, windowEndsAt: data.windowEndsAt,
		    attemptsLeft: data.attemptsLeft});
	return got;
}

async function request(isOfPerson) {
	if (now.isAsking)
		return;
	now.isAsking = true;
	now.isMoved = isOfPerson;
	now.trouble = null;
	draw();
	/* what happens meanwhile is told by the events of the new company */
	const kick = setTimeout(resync, SECOND);
	const got = await (page === 'qr' ? getQr() : getCode());
	clearTimeout(kick);
	now.isAsking = false;
	if (!got.ok)
		fail(got);
	resync();
	draw();
}

function fail(got) {
	const body = got.body;

	if (got.http === 401 || got.http === 403 && !(now.status && now.status.connected)) {
		onDenied(body);
		return;
	}
	now.code = now.qr = null;
	body.stateVersion = now.status && now.status.stateVersion || 0;
	body.at = new Date().toISOString();
	now.trouble = body;
}

/* The same code for another minute, while somebody still types it. */
async function renew() {
	const c = now.code;

	if (!c || !now.phone || now.isAsking || now.isRetyping || !now.isLive || document.hidden ||
	    now.status.status !== 'code' || c.expires - time() > RENEW ||
	    c.ends - time() < RENEW || c.ends - c.expires < SECOND)
		return;
	now.isAsking = true;
	const got = await getCode();
	now.isAsking = false;
	if (!got.ok && got.http)
		fail(got);
	draw();
}

/* --- copying --------------------------------------------------------------- */

function copyOld(value) {
	const box = document.createElement('textarea');
	const back = document.activeElement;
	let isDone = false;

	box.value = value;
	box.className = 'read';
	box.readOnly = true;
	document.body.appendChild(box);
	box.select();
	box.setSelectionRange(0, value.length);
	try {
		isDone = document.execCommand('copy');
	} catch (e) {
		isDone = false;
	}
	document.body.removeChild(box);
	back.focus();
	return isDone;
}

async function copy(value) {
	try {
		await navigator.clipboard.writeText(value);
		return true;
	} catch (e) {		/* missing (plain http, old) or refused (frame) */
		return copyOld(value);
	}
}

async function copyCode() {
	const value = now.code.text.replace('-', '');
	const isDone = await copy(value);

	$('copied').textContent = text(isDone ? 'copied' : 'byHand');
	$('plain').hidden = isDone;
	$('plain').value = value;
	if (!isDone) {
		$('plain').focus();
		$('plain').select();
	}
}

/* --- drawing --------------------------------------------------------------- */

function put(id, value) {
	if ($(id).textContent !== value)
		$(id).textContent = value;
}

/* Shows or hides; where the page led a person here, the focus goes along. */
function show(id, isShown, isLed) {
	const el = $(id);

	if (!el || el.hidden === !isShown)
		return;
	el.hidden = !isShown;
	if (isShown && isLed && now.isMoved)
		el.focus();
}

function until(t, s) {
	return t && t.until || s.until && Date.parse(s.until) || 0;
}

/* Of the statuses: which are trouble, and in which of them one may ask. */
const TROUBLE = ['reconnecting', 'logged_out', 'banned', 'conflict', 'cooldown', 'outdated', 'error'];
const NO_ASKING = ['banned', 'conflict', 'outdated', 'connected', 'pairing', 'passkey_required'];

/* What is wrong: {title, sentence, advice, code}, or null. */
function problem() {
	const s = now.status || {}, t = now.denied || now.trouble;
	const own = function (o, key) { return o.lang === lang ? o[key] : ''; };

	if (t) {
		const title = now.denied ? 'denied' : words.en[t.errorCode] ? t.errorCode : 'other';

		return {title: text(title), code: t.errorCode + (t.reason ? ' (' + t.reason + ')' : ''),
		    sentence: own(t, 'error') || title === 'SERVER' && text('SERVERText') || '',
		    advice: own(t, 'advice') || now.denied && text('deniedText') || ''};
	}
	if (s.reason === 'code_expired' && !now.isAsking)
		return {title: text('expired'), code: s.reason, sentence: text('expiredText'), advice: ''};
	if (TROUBLE.indexOf(s.status) < 0 && s.reason !== 'paused' || now.isAsking)
		return null;
	return {title: text(s.reason === 'paused' ? s.reason : s.status), code: s.status + ' (' + s.reason + ')',
	    sentence: own(s, 'message') || '', advice: own(s, 'advice') || ''};
}

let version = '';

function drawTrouble() {
	const p = problem(), s = now.status || {};
	const end = until(now.trouble, s), left = end - time();
	let clock = '';

	show('trouble', !!p, true);
	if (!p)
		return;
	put('trouble-title', p.title);
	put('trouble-text', p.sentence);
	put('trouble-advice', p.advice);
	if (end)
		clock = left > 0 ? text('wait', {span: span(left), time: clockTime(end)}) : text('over');
	else if (s.nextAttemptAt && Date.parse(s.nextAttemptAt) > time())
		clock = text('retry', {span: span(Date.parse(s.nextAttemptAt) - time())});
	put('clock', clock);
	drawSupport(p, s);
}

function clockTime(ms) {
	const at = new Date(ms), isToday = at.toDateString() === new Date().toDateString();
	const o = {hour: '2-digit', minute: '2-digit'};

	return isToday ? at.toLocaleTimeString(lang, o) :
	    at.toLocaleString(lang, {day: 'numeric', month: 'long', hour: o.hour, minute: o.minute});
}

function drawSupport(p, s) {
	const at = now.trouble && now.trouble.at || s.since || new Date().toISOString().slice(0, 16);

	if (!version) {
		version = 'pairdesk';
		fetch('health', options('GET')).then(function (answer) {
			return answer.json();
		}).then(function (h) {
			version = 'pairdesk ' + (h.version || '');
		}, function () { version = 'pairdesk'; });
	}
	put('support', [company, p.code, p.title, p.sentence, p.advice, at, version].filter(Boolean).join('\n'));
}

function drawCode() {
	const c = now.code, left = c ? c.ends - time() : 0;
	const isAlive = c && left > 0 && now.isOnline && !now.denied && !now.isRetyping;

	if (isAlive) {
		put('code', c.text);
		put('code-read', c.text.replace('-', ',').split('').join(' '));
		put('left', text('left', {span: span(left)}));
		drawBar(left, c.ends - c.born);
	} else {
		put('code', '');
		put('code-read', '');
		put('copied', '');
		$('plain').value = '';
		$('plain').hidden = true;
	}
	show('live', !!isAlive, true);
	speak(isAlive ? left : 0);
	return isAlive;
}

function drawQr() {
	const q = now.qr, left = q ? q.expires - time() : 0;
	const isAlive = q && left > 0 && now.isOnline && !now.denied && !document.hidden;
	const isWaiting = q && !isAlive && q.ends > time() && now.isOnline && !now.isAsking;
	const img = $('qr'), n = Math.ceil(left / SECOND);

	if (isAlive) {
		const src = /^data:image\/png;/.test(q.text) ? q.text :
		    'data:image/svg+xml,' + encodeURIComponent(q.text);

		if (img.getAttribute('src') !== src)
			img.src = src;
		img.alt = text('qrAlt', {n: n});
		put('left', text(q.isLast ? 'qrLast' : 'qrLeft', {span: span(left)}));
		drawBar(left, q.expires - q.born);
	} else {
		/* not only covered: a dead code must not be read by a phone */
		img.removeAttribute('src');
		img.alt = '';
		put('left', '');
		drawBar(0, 1);
	}
	img.hidden = !isAlive;
	$('gone').hidden = !!isAlive;
	$('paper').className = isAlive ? '' : 'gone';
	put('gone', isWaiting ? text('qrWait') : '');
	show('live', !!(isAlive || isWaiting), true);
	speak(isAlive ? q.ends - time() : 0);
	return isAlive || isWaiting && !now.isPolling;
}

function drawBar(left, whole) {
	$('bar').style.width = Math.max(0, Math.min(100, 100 * left / whole)).toFixed(1) + '%';
}

/* The timer is quiet, but told at some moments. */
let toldAt = 0;

function speak(left) {
	const s = Math.ceil(left / SECOND);
	const at = SPOKEN.filter(function (n) { return s > 0 && s <= n; }).pop() || 0;

	if (at !== toldAt) {
		toldAt = at;
		put('spoken', at ? text('left', {span: span(left)}) : '');
	}
}

function drawState(isShowing) {
	const s = now.status;
	let line = '';

	if (now.isAsking && !isShowing)
		line = text(page === 'qr' ? 'qrGetting' : 'getting');
	else if (!s)
		line = text('checking');
	else if (!problem() && !s.connected)
		line = s.reason === 'never_linked' ? text('notYet') : s.lang === lang && s.message || '';
	put('state', line);
	put('offline', now.isOnline ? '' : text('offline'));
}

function drawWho() {
	const s = now.status || {};

	put('name', s.name || '');
	put('expected', expected() ? text('expected', {n: s.phoneNumber.slice(-4)}) : '');
}

function drawDone() {
	const s = now.status || {};

	if (s.connected) {
		put('number', s.phoneNumber ? text('number', {n: s.phoneNumber.slice(-4)}) : '');
		put('note', s.reason !== 'ok' && s.lang === lang ? s.message + ' ' + s.advice : '');
	}
	show('done', !!s.connected && !now.denied, true);
	show('passkey', s.status === 'passkey_required', true);
	document.title = (s.connected ? text('connected') + ' - ' : '') + text(page + 'Title');
}

function canAsk(isShowing) {
	const s = now.status || {};

	return !isShowing && !now.denied && now.isOnline && until(now.trouble, s) <= time() &&
	    NO_ASKING.indexOf(s.status) < 0 && s.reason !== 'paused' &&
	    !(s.status === 'reconnecting' && s.nextAttemptAt) &&
	    !(now.trouble && /^(ALREADY_CONNECTED|CLIENT_OUTDATED|SESSION_NOT_FOUND)$/.test(now.trouble.errorCode));
}

function drawAsk(isShowing) {
	const isAgain = problem() !== null;
	const key = now.isAsking ? 'etting' : isAgain ? 'etNew' : 'et';

	show('ask', canAsk(isShowing));
	$('get').setAttribute('aria-disabled', String(now.isAsking));
	if (page === 'code') {
		put('get', text('g' + key));
		put('phone-hint', text('phoneHint') + (expected() ? '. ' + text('phoneKnown') : ''));
	} else {
		put('get', text(now.isAsking ? 'qrGetting' : now.isPolling && now.qr ? 'qrMore' :
		    isAgain ? 'qrNew' : 'qrGet'));
	}
}

function draw() {
	if (!isCompany || page === 'home')
		return;
	const isShowing = page === 'qr' ? drawQr() : drawCode();

	drawTrouble();
	drawDone();
	drawState(isShowing);
	drawWho();
	drawAsk(isShowing);
}

/* The number as it will be sent; the reason at once where it is certain. */
function drawNumber(isDone) {
	const typed = $('phone').value, n = number(typed);
	const isHeld = !isDone && /missing|short|seven/.test(n.fault) &&
	    !(n.fault === 'seven' && n.digits.length > 11);
	const isEmpty = n.fault === 'missing' && expected();
	const fault = isHeld || isEmpty ? '' : n.fault;
	const name = country(n.digits)[1];

	put('phone-fault', fault ? text(fault) : '');
	$('phone').setAttribute('aria-invalid', String(!!fault));
	put('phone-echo', n.fault ? '' : (n.isTrunk ? text('reads', {phone: pretty(n.digits)}) :
	    pretty(n.digits)) + (name ? ', ' + name : ''));
	return !fault;
}

function drawSteps() {
	const ways = {android: 'A', iphone: 'I'};

	Object.keys(ways).forEach(function (id) {
		const keys = ['open', 'menu' + ways[id], 'link' + ways[id]]
			.concat(page === 'qr' ? ['scan'] : ['byNumber', 'type']);

		$(id).textContent = '';
		keys.forEach(function (key) {
			$(id).appendChild(document.createElement('li')).textContent = text(key);
		});
	});
}

/* The same company, language and token on the other page. */
function other() {
	return (page === 'qr' ? 'whatsapp-pairing.html' : 'whatsapp-qr.html') + '?company=' +
	    encodeURIComponent(company) + '&lang=' + lang + location.hash;
}

function drawWords() {
	document.documentElement.lang = lang;
	document.title = text(page + 'Title');
	$('lang').lang = lang === 'en' ? 'ru' : 'en';
	document.querySelectorAll('[data-t]').forEach(function (el) {
		el.textContent = text(el.getAttribute('data-t'));
	});
	if (page === 'home')
		return;
	$('other').href = other();
	put('other', text(page === 'qr' ? 'toCode' : 'toQr'));
	if ($('first'))
		$('first-link').href = other();
	drawSteps();
	if (!isCompany) {
		put('trouble-title', text(company ? 'badCompany' : 'noCompany'));
		put('trouble-text', text(company ? 'badCompanyText' : 'noCompanyText'));
	}
}

/* --- start ----------------------------------------------------------------- */

function isPhone() {
	const hint = navigator.userAgentData ? navigator.userAgentData.mobile :
	    /Android.*Mobile|iPhone|iPod/.test(navigator.userAgent);

	return hint && matchMedia('(pointer: coarse)').matches &&
	    Math.min(screen.width, screen.height) < 600;
}

function onLang() {
	lang = lang === 'en' ? 'ru' : 'en';
	keep(lang);
	query.set('lang', lang);
	history.replaceState(null, '', '?' + query + location.hash);
	drawWords();
	draw();
	if (page === 'code')
		drawNumber(false);
	if (isCompany && page !== 'home' && !now.denied) {
		leave();	/* its sentences come in the new language */
		follow();
	}
}

function onAsk(e) {
	e.preventDefault();
	if (page === 'code') {
		if (now.isAsking)
			return;
		if (!drawNumber(true)) {
			$('phone').focus();
			return;
		}
		now.phone = number($('phone').value).digits || undefined;
	}
	if (until(now.trouble, now.status || {}) <= time())
		request(true);
}

function onChange() {
	now.code = null;
	now.isRetyping = true;
	draw();
	$('phone').focus();
	$('phone').select();
}

let unseen;

function onSeen() {
	clearTimeout(unseen);
	draw();			/* first of all what died meanwhile goes */
	if (document.hidden)
		unseen = setTimeout(leave, HIDDEN);
	else
		resync();
}

function tick() {
	draw();
	if (page === 'code')
		renew();
}

function listen() {
	$('ask').addEventListener('submit', onAsk);
	$('support-copy').addEventListener('click', function () {
		copy($('support').textContent);
	});
	if (page === 'code') {
		$('copy').addEventListener('click', copyCode);
		$('change').addEventListener('click', onChange);
		$('phone').addEventListener('input', function () { drawNumber(false); });
		$('phone').addEventListener('blur', function () { if ($('phone').value) drawNumber(true); });
	}
	document.addEventListener('visibilitychange', onSeen);
	addEventListener('pageshow', onSeen);
	addEventListener('hashchange', function () { location.reload(); });
	addEventListener('online', resync);
	addEventListener('offline', function () {
		now.isOnline = false;
		draw();
		resync();
	});
}

/* A page of a company that waits for nothing shows its QR code by itself. */
async function begin() {
	const got = await ask('GET', '/status');

	if (got.ok)
		onStatus(got.body.data || got.body);
	else if (refused(got.http, got.body) === 'denied')
		return;
	follow();
	const s = now.status;
	if (page === 'qr' && s && !isPhone() && !document.hidden &&
	    (s.reason === 'never_linked' || isOpen()))
		request(false);
}

$('lang').addEventListener('click', onLang);
drawWords();
if (page !== 'home') {
	show('who', isCompany);
	show('other', isCompany);
	show('steps', isCompany);
	show('help', isCompany);
	show('trouble', !isCompany);
	show('first', isCompany && isPhone());
	put('company', company);
}
if (page !== 'home' && isCompany) {
	listen();
	draw();
	setInterval(tick, TICK);
	begin();
}

}());
