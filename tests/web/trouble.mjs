// What goes wrong at WhatsApp or on the way, as the page tells it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'

import { Page, until, World } from './lib.mjs'

const CODE = 'whatsapp-pairing.html?company='
const QR = 'whatsapp-qr.html?company='

let world, fast, browser, programs, dir, seq = 0

export async function setup(t) {
	({ browser, programs, dir } = t)
	world = await t.world()
}

export async function teardown() {
	await fast?.stop()
}

const open = (where, options) => Page.open(browser, world, where, options)
const phone = () => `7900222${String(++seq).padStart(4, '0')}`
const fault = (what, members) => world.sim.do('fault', { do: what, count: 0, ...members })
const refused = reason => fault('failure', { reason, kind: 'register' })

// cause, what the page says in each language, whether one may ask again
const ASKED = {
	400: [() => refused(400), 'refused the connection', 'отклонил соединение', true],
	403: [() => refused(403), 'locked or signed out', 'заблокирован', true],
	409: [() => refused(409), 'Administrator', 'администратор', false],
	411: [() => refused(411), 'Update WhatsApp on the phone', 'Обновите WhatsApp', false],
	503: [() => refused(503), 'overloaded', 'перегружен', true],
	'code 400': [() => fault('code-answer', { code: 400 }), 'refused', 'отклонил', true],
	'code 429': [() => fault('code-answer', { code: 429 }), 'Too many attempts', 'Слишком много попыток', false],
	network: [() => fault('refuse'), 'cannot reach WhatsApp', 'не может связаться', true],
}

// The same of a linked company.
const LINKED = {
	unlinked: [p => world.sim.do('unlink', { phone: p }), 'Link again', 'Подключите заново', true],
	locked: [p => ban(p, { kind: 'locked', text: 'locked' }), 'locked or signed out', 'заблокирован', true],
	banned: [p => ban(p, { kind: 'banned' }), 'blocked this number', 'заблокировал номер', false],
	paused: [p => ban(p, { kind: 'temp', code: 101, expire_s: 3600 }), 'Do not relink', 'Не подключайте заново', false],
	conflict: [async (p) => {
		for (let n = 0; n < 3; n++) {
			await world.sim.do('wait', { counter: 'stages.online', at_least: 1, timeout_ms: 15000 })
			await until(async () => (await world.sim.do('sessions', { phone: p })).sessions
				.some(s => s.stage === 'online'), 'online')
			await world.sim.do('push', { what: 'stream-error', code: 409, conflict: 'replaced', phone: p })
			await until(async () => !(await world.sim.do('sessions', { phone: p })).sessions.length, 'gone')
		}
	}, 'elsewhere', 'в другом месте', false],
}

const ban = (p, kind) => world.sim.do('ban', { phone: p, ...kind, drop: true })

// What ends an attempt whose code is on the screen: page, cause, words.
const DIED = {
	'another phone': [QR, (p, text) => world.sim.do('scan', { text, phone: '79002229999', until: 'linked', timeout_ms: 3000 }).catch(() => {}),
		'another number', 'другой номер'],
	closed: [QR, () => world.sim.do('push', { what: 'close' }), 'Connection lost', 'Связь потеряна'],
	overloaded: [QR, () => world.sim.do('push', { what: 'stream-error', code: 503 }), 'overloaded', 'перегружен'],
	'a bad signature': [CODE, async (p, code, of) => {
		await fault('pair-success', { how: 'bad-hmac' })
		await world.sim.do('type', { phone: of, code, until: 'linked', timeout_ms: 3000 }).catch(() => {})
	}, '', ''],
}

// Both languages, by the switch: the second comes with its own event, whole,
// and costs no request.
async function told(p, english, russian, mayAsk) {
	await p.shown('trouble')
	await p.says('trouble', english)
	assert.equal(await p.isVisible('ask'), mayAsk, 'may ask')
	assert.ok(await p.isVisible('other'), 'the other way')
	await p.fits(english)
	const asked = p.posts()
	await p.page.click('#lang')
	await p.says('trouble', russian)
	for (const id of ['trouble-title', 'trouble-advice'])
		assert.match(await p.text(id), /[а-я].*\.$/, id)
	assert.equal(p.posts(), asked)
}

const asked = Object.entries(ASKED).map(([name, [cause, english, russian, mayAsk]]) =>
	[`asking: ${name}`, async () => {
		const company = `asked${name.replace(' ', '')}`
		try {
			await cause()
			const p = await open(`${CODE}${company}&lang=en`, { viewport: { width: 320, height: 700 } })
			await p.askCode(phone())
			await told(p, english, russian, mayAsk)
			assert.equal(await p.isVisible('live'), false, 'no code')
			if (name === 'code 429') {
				await p.page.reload()
				await p.says('clock', 'Подождите ')
				assert.equal(await p.isVisible('ask'), false, 'not during the wait')
			}
			await p.close()
		} finally {
			await world.sim.do('clear')
		}
	}])

const linked = Object.entries(LINKED).map(([name, [cause, english, russian, mayAsk]]) =>
	[`linked: ${name}`, async () => {
		const of = phone()
		await world.linked(name, of)
		const p = await open(`${CODE}${name}&lang=en`)
		await p.shown('done')
		await cause(of)
		await told(p, english, russian, mayAsk)
		if (name === 'paused')
			await p.shown('clock')
		await p.close()
	}])

const died = Object.entries(DIED).map(([name, [where, cause, english, russian]]) =>
	[`on the screen: ${name}`, async () => {
		const company = `died${name.replaceAll(' ', '')}`, of = phone()
		try {
			execFileSync(programs.pairdesk, ['pin', company, of], { env: world.env })
			const p = await open(`${where}${company}&lang=en`)
			if (where === CODE)
				await p.askCode(of)
			await p.shown('live')
			const { data } = where === QR ? await world.api(`${company}/qr`) : {}
			await cause(p, data ? data.text : (await p.text('code')).replace('-', ''), of)
			await told(p, english, russian, true)
			assert.match(await p.page.inputValue('#support'), /[A-Z]_[A-Z].*\n.*\.\n/)
			await p.page.reload()
			await p.says('trouble', russian)
			assert.equal((await world.api(`${company}/status`)).data.status, 'idle', 'nothing by itself')
			await world.sim.do('clear')
			await p.page.click('#get')
			await p.shown('live')
			assert.equal(await p.isVisible('trouble'), false)
			await p.close()
		} finally {
			await world.sim.do('clear')
		}
	}])

export const tests = {
	...Object.fromEntries(asked),
	...Object.fromEntries(died),
	...Object.fromEntries(linked),

	async 'a passkey: steps for a computer'() {
		const p = await open(`${QR}passkey&lang=en`)
		await p.shown('qr')
		await world.sim.do('push', { what: 'passkey' })
		await p.shown('passkey')
		await p.page.click('#lang')
		await p.page.waitForSelector('text=ключ доступа')
		await p.close()
	},

	async 'the program is outdated'() {
		await refused(405)
		const p = await open(`${QR}outdated&lang=en`)
		await p.shown('trouble')
		await p.says('trouble', 'must update its WhatsApp version')
		assert.equal(await p.isVisible('ask'), false)
		await world.sim.do('clear')
		await p.close()
	},

	async 'a window that ends unused stops, and one button asks again'() {
		fast = await World.start(programs, `${dir}/fast`, { env: { PAIRDESK_TEST_SPEED: '20' },
			sim: ['--qr-first-ms', '3000', '--qr-next-ms', '1000'] })
		const p = await Page.open(browser, fast, `${QR}window&lang=en`)
		await p.shown('qr')
		const seen = new Set()
		await until(async () => {
			const src = await p.page.getAttribute('#qr', 'src')
			if (src)
				seen.add(src)
			return p.isVisible('trouble')
		}, 'the end of the window', 20000)
		await p.says('trouble', 'expired')
		assert.equal(await p.isVisible('qr'), false)
		assert.ok(seen.size >= 5, `${seen.size} codes were shown`)
		const dials = (await fast.sim.do('status')).upgrades
		await fast.sim.do('wait', { counter: 'upgrades', equals: dials, quiet_ms: 1500, timeout_ms: 8000 })
		assert.equal(await p.text('get'), 'Get a new code')
		await p.page.click('#get')
		await p.shown('qr')
		await p.close()
	},
}
