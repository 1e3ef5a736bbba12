// The pages by themselves, against answers that are made up.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import vm from 'node:vm'

import { parse } from 'acorn'

import { Fake, PUBLIC } from './fake.mjs'
import { Page, POLL, until } from './lib.mjs'

const CODE = 'whatsapp-pairing.html?company='
const QR = 'whatsapp-qr.html?company='
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h3v3h-3z"/></svg>'
const MINUTE = 60000

const files = fs.readdirSync(PUBLIC).filter(f => /\.(html|css|js)$/.test(f))
const read = name => fs.readFileSync(path.join(PUBLIC, name), 'utf8')

let fake, browser

export async function setup(t) {
	fake = await Fake.start()
	browser = t.browser
}

export async function teardown() {
	fake?.stop()
}

const open = (where, options) => Page.open(browser, fake, where, options)

function words() {
	const context = { window: {} }
	vm.runInNewContext(read('whatsapp-words.js'), context)
	return context.window.pairdeskWords
}

// A page with a clock of the test's own.
async function clocked(where, options = {}) {
	return open(where, { ...options, isAlone: true, before: p => p.page.clock.install() })
}

// The page sleeps for so long, and its network with it.
async function frozen(p, ms) {
	await p.context.setOffline(true)
	await p.page.clock.fastForward(ms)
}

function grant(company, phone) {
	fake.handlers.set('POST pairing-code', (answer, request, body, c) => {
		const data = { code: 'ABCD-EFGH', ...fake.show(c, { code: 'ABCD-EFGH' }, MINUTE, 160000) }
		fake.json(answer, 200, { success: true, ...data, data })
	})
}

const refuse = (code, body) => fake.handlers.set('POST pairing-code', answer =>
	fake.json(answer, code, { success: false, ...body }))

export const tests = {
	'all files together are at most 40,000 bytes'() {
		const size = files.reduce((n, f) => n + fs.statSync(path.join(PUBLIC, f)).size, 0)
		assert.ok(size <= 40000, `${size} bytes`)
	},

	'the scripts are ES2017'() {
		for (const f of files.filter(f => f.endsWith('.js')))
			parse(read(f), { ecmaVersion: 2017 })
	},

	'nothing inline, nothing from elsewhere'() {
		for (const f of files) {
			assert.doesNotMatch(read(f), /<script>|<style|style="|\son\w+="/, f)
			assert.doesNotMatch(read(f).replace(/http:\/\/www\.w3\.org\S*/g, ''), /https?:\/\//, f)
		}
	},

	'every text is there in both languages, and used'() {
		const source = files.map(read).join('\n')
		for (const [id, pair] of Object.entries(words())) {
			assert.equal(pair.length, 2, id)
			assert.ok(pair.every(w => w.length), id)
			const holes = pair.map(w => [...w.matchAll(/\{(\w+)/g)].map(m => m[1]).sort().join())
			assert.equal(new Set(holes[0].split(',')).size, new Set(holes[1].split(',')).size, id)
			assert.ok(source.split(id).length > 2 || /^(menu|link|h|t)\d$/.test(id), `${id} is used`)
		}
	},

	async 'Russian plural forms'() {
		refuse(429, { errorCode: 'RATE_LIMITED', error: 'x', retryAfter: 28 })
		const p = await clocked(`${CODE}plural&lang=ru`)
		await p.askCode('79001234567')
		await p.shown('clock')
		await p.page.clock.pauseAt(await p.page.evaluate(() => Date.now() + 1000))
		const told = async () => /ещё (.*), до/.exec(await p.text('clock'))[1]
		for (const form of ['25 секунд', '22 секунды', '21 секунду', '12 секунд', '11 секунд', '5 секунд', '4 секунды',
			'2 секунды', '1 секунду']) {
			await p.page.clock.fastForward(1000 * (parseInt(await told()) - parseInt(form)))
			assert.equal(await told(), form)
		}
		await p.close()
	},

	async 'numbers are shown back, or refused with the reason'() {
		const p = await open(`${CODE}numbers&lang=en`)
		const rows = [
			['8 (900) 123-45-67', 'read as +7. +7 900 123-45-67, Russia', ''],
			['+7 900 123 45 67', '+7 900 123-45-67, Russia', ''],
			['79001234567', '+7 900 123-45-67, Russia', ''],
			['77011234567', '+7 701 123-45-67, Kazakhstan', ''],
			['+375 29 123-45-67', '+375 291234567, Belarus', ''],
			['+1 212 555 0100', '+12125550100', ''],
			['+89001234567', '+89001234567', ''],
			['0900123', '', 'not with 0'], ['12345', '', 'at least 7'], ['+7 900 123', '', '11 digits'],
			['1234567890123456', '', 'at most 15'], ['+7 900 abc', '', 'Only digits'], ['', '', 'Enter'],
		]
		await p.shown('ask')
		for (const [typed, echo, fault] of rows) {
			await p.page.fill('#phone', typed)
			if (!echo)
				await p.page.press('#phone', 'Enter')
			assert.ok((await p.text('echo')).includes(echo), `${typed}: ${await p.text('echo')}`)
			assert.ok((await p.text('fault')).includes(fault), `${typed}: ${await p.text('fault')}`)
			assert.equal(await p.page.getAttribute('#phone', 'aria-invalid'), String(!!fault))
		}
		assert.equal(p.posts(), 0)
		await p.close()
	},

	async 'twenty fast clicks and a double Enter send one request'() {
		const p = await open(`${CODE}clicks`)
		let release
		const held = new Promise(done => { release = done })
		let sent
		fake.handlers.set('POST pairing-code', async (answer, request, body, c) => {
			sent = body
			await held
			const data = fake.show(c, { code: 'ABCD-EFGH' }, MINUTE)
			fake.json(answer, 200, { success: true, data })
		})
		await p.shown('ask')
		await p.page.fill('#phone', '8 900 123 45 67')
		await p.page.press('#phone', 'Enter')
		await p.page.press('#phone', 'Enter')
		await p.page.evaluate(() => {
			for (let i = 0; i < 20; i++)
				document.getElementById('get').click()
		})
		release()
		assert.equal(await p.code(), 'ABCD-EFGH')
		assert.equal(p.posts(), 1)
		assert.deepEqual(sent, { phoneNumber: '79001234567' })
		await p.close()
	},

	async 'the code: attributes, size, for screen readers'() {
		grant()
		const p = await open(`${CODE}code`)
		await p.askCode('79001234567')
		assert.equal(await p.code(), 'ABCD-EFGH')
		assert.equal(await p.text('code-read'), 'A B C D , E F G H')
		for (const id of ['code', 'code-read']) {
			assert.equal(await p.page.getAttribute(`#${id}`, 'translate'), 'no')
			assert.equal(await p.page.getAttribute(`#${id}`, 'dir'), 'ltr')
		}
		assert.ok(await p.page.evaluate(() => parseFloat(getComputedStyle(code).fontSize)) >= 32)
		assert.equal(await p.page.evaluate(() => document.activeElement.id), 'live')
		await p.page.setViewportSize({ width: 320, height: 600 })
		await p.fits('code at 320')
		await p.close()
	},

	async 'the code is renewed each minute, and not beyond its window'() {
		grant()
		let n = 0
		const first = fake.handlers.get('POST pairing-code')
		let data
		fake.handlers.set('POST pairing-code', (answer, request, body, c) => {
			n++
			data = data ?? fake.show(c, { code: 'ABCD-EFGH' }, MINUTE, 160000)
			data.expiresAt = new Date(Math.min(fake.now() + MINUTE, Date.parse(data.windowEndsAt))).toISOString()
			fake.json(answer, 200, { success: true, data: { ...data, serverTime: new Date(fake.now()).toISOString() } })
		})
		const p = await clocked(`${CODE}renewed`)
		await p.askCode('79001234567')
		await p.code()
		for (const want of [2, 3]) {
			fake.skew += 51000
			await p.page.clock.fastForward(51000)
			await until(() => n === want, `renewal ${want}, is ${n}`)
			assert.equal(await p.code(), 'ABCD-EFGH')
		}
		fake.skew += 70000
		await p.page.clock.fastForward(70000)
		await p.hidden('live')
		assert.equal(await p.text('code'), '')
		assert.equal(n, 3)
		fake.skew = 0
		fake.handlers.set('POST pairing-code', first)
		await p.close()
	},

	async 'the code of another page is neither renewed nor called so, and counts to its window'() {
		fake.show('others', { code: 'ABCD-EFGH' }, MINUTE, 160000)
		const p = await clocked(`${CODE}others&lang=en`)
		assert.equal(await p.code(), 'ABCD-EFGH')
		for (const [ms, left] of [[0, /2 minutes (3[5-9]|40) s/], [55000, /1 minute 4\d s/], [30000, /1 minute 1\d s/]]) {
			fake.skew += ms
			await p.page.clock.fastForward(ms)
			await p.page.waitForFunction(l => new RegExp(l).test(document.getElementById('left').textContent), left.source, POLL)
			assert.equal(await p.code(), 'ABCD-EFGH')
		}
		assert.doesNotMatch(await p.page.innerText('#live'), /renew|refresh|minute(s)? longer/i)
		fake.skew += 80000
		await p.page.clock.fastForward(80000)
		await p.hidden('live')
		assert.equal(p.posts(), 0)
		fake.skew = 0
		await p.close()
	},

	async 'the timer is spoken at 60, 30 and 10 seconds'() {
		fake.show('spoken', { code: 'ABCD-EFGH' }, 100000)
		const p = await clocked(`${CODE}spoken&lang=en`)
		const heard = []
		await p.code()
		for (const [ms, part] of [[0, ''], [33000, '1 minute'], [2000, '1 minute'], [12000, '30 s'], [12000, '10 s']]) {
			await p.page.clock.fastForward(ms)
			await p.page.clock.runFor(ms && 8000)
			const said = await p.text('spoken')
			heard.push(said)
			assert.ok(part ? said.includes(part) : said === '', `${ms}: ${said}`)
		}
		assert.equal(new Set(heard).size, 4, String(heard))
		await p.close()
	},

	async 'a QR page that slept five minutes shows no code'() {
		fake.show('sleeper', { svg: SVG, text: 'x' }, 20000, 100000)
		const p = await clocked(`${QR}sleeper&lang=en`)
		await p.shown('qr')
		assert.match(await p.page.getAttribute('#qr', 'alt'), /^QR code, valid for \d+ second/)
		await frozen(p, 5 * MINUTE)
		await p.hidden('qr')
		assert.equal(await p.page.getAttribute('#qr', 'src'), null)
		await p.close()
	},

	async 'a tab that Chromium itself froze shows no dead code'() {
		fake.show('ice', { svg: SVG, text: 'x' }, 9000, 100000)
		const p = await open(`${QR}ice&lang=en`)
		await p.shown('qr')
		const cdp = await p.context.newCDPSession(p.page)
		await cdp.send('Page.setWebLifecycleState', { state: 'frozen' })
		const end = Date.parse(fake.companies.get('ice').show.expiresAt)
		await until(() => Date.now() > end, 'the end of the code')
		await cdp.send('Page.setWebLifecycleState', { state: 'active' })
		await p.hidden('qr')
		assert.equal(await p.page.getAttribute('#qr', 'src'), null)
		await p.close()
	},

	async 'an old event read after the sleep does not revive its code'() {
		fake.show('thawed', { svg: SVG, text: 'x' }, 20000, 100000)
		const p = await clocked(`${QR}thawed&lang=en`)
		await p.shown('qr')
		await p.page.clock.fastForward(5 * MINUTE)
		fake.set('thawed', 'qr', null)		/* its serverTime is five minutes old */
		await p.hidden('qr')
		await p.page.clock.runFor(2000)
		assert.equal(await p.isVisible('qr'), false)
		await p.close()
	},

	async 'the next QR code comes by itself; the old one is not seen meanwhile'() {
		fake.show('next', { svg: SVG, text: 'x' }, 20000, 90000)
		const p = await clocked(`${QR}next&lang=en`)
		await p.shown('qr')
		const first = await p.page.getAttribute('#qr', 'src')
		await p.page.clock.fastForward(21000)
		fake.skew += 21000
		await p.says('gone', 'next one')
		assert.equal(await p.page.getAttribute('#qr', 'src'), null)
		fake.show('next', { svg: SVG.replace('M1 1', 'M2 2'), text: 'y' }, 20000, 60000)
		await p.shown('qr')
		assert.notEqual(await p.page.getAttribute('#qr', 'src'), first)
		fake.skew = 0
		fake.set('next', 'idle', 'code_expired')
		await p.hidden('qr')
		assert.equal(await p.text('get'), 'Get a new code')
		await p.close()
	},

	async 'a script in the picture does not run'() {
		const svg = SVG.replace('<path', '<script>parent.hit=1</script><image href="x" onerror="hit=1"/><path')
		fake.show('evil', { svg, text: 'x' }, 20000)
		const p = await open(`${QR}evil`)
		await p.shown('qr')
		assert.equal(await p.page.evaluate(() => window.hit), undefined)
		await p.close()
	},

	async 'what the server says is text, never HTML'() {
		refuse(502, { errorCode: 'CONNECTION_CLOSED', error: '<img src=x onerror=hit=1>', advice: '<b>b</b>' })
		fake.set('html', 'idle', 'never_linked', { name: '<script>hit=1</script>' })
		const p = await open(`${CODE}html`)
		await p.askCode('79001234567')
		await p.says('trouble-title', '<img')
		await p.says('name', '<script>')
		assert.equal(await p.page.evaluate(() => window.hit), undefined)
		await p.close()
	},

	async 'copying without a clipboard, and where all copying is refused'() {
		grant()
		const before = p => p.page.addInitScript(() => {
			Object.defineProperty(navigator, 'clipboard', { value: undefined })
			window.refuse = false
			const old = document.execCommand
			document.execCommand = function (what) {
				window.selected = document.activeElement.value
				return !window.refuse && old.call(document, what)
			}
		})
		const p = await open(`${CODE}copy&lang=en`, { before })
		await p.askCode('79001234567')
		await p.code()
		await p.page.click('#copy')
		await p.says('copied', 'Copied')
		assert.equal(await p.page.evaluate(() => window.selected), 'ABCDEFGH')
		await p.page.evaluate(() => { window.refuse = true })
		await p.page.click('#copy')
		await p.says('copied', 'by hand')
		assert.equal(await p.page.evaluate(() => getSelection().toString() ||
			document.activeElement.value), 'ABCDEFGH')
		await p.check('copy by hand')
		await p.close()
	},

	async 'without streaming it asks for the status, and never for a QR code'() {
		const before = p => p.page.addInitScript(() => { delete window.AbortController })
		fake.set('poll', 'connecting', 'tcp')
		const p = await open(`${CODE}poll&lang=en`, { before })
		await p.says('state', 'connecting')
		fake.set('poll', 'connected', 'ok', { phoneNumber: '79001234567' })
		await p.shown('done')
		assert.ok(!p.requests.some(r => /events|\/qr$/.test(r)), String(p.requests))
		await p.close()
	},

	async 'a proxy that holds events back is noticed'() {
		fake.handlers.set('GET events', answer => {
			answer.writeHead(200, { 'Content-Type': 'text/event-stream' })
			answer.write('\n')
		})
		fake.set('held', 'connecting', 'tcp')
		const p = await clocked(`${CODE}held&lang=en`)
		await until(() => p.requests.some(r => r.includes('events')), 'events asked for')
		await p.page.waitForTimeout(300)
		await p.page.clock.fastForward(9000)
		await p.says('state', 'connecting')
		fake.handlers.delete('GET events')
		await p.close()
	},

	async 'a page of a proxy in place of an answer'() {
		fake.handlers.set('POST pairing-code', answer => {
			answer.writeHead(502, { 'Content-Type': 'text/html' })
			answer.end('<h1>Bad Gateway</h1>')
		})
		const p = await open(`${CODE}proxy&lang=ru`)
		await p.askCode('79001234567')
		await p.says('trouble-title', 'не ответил')
		await p.shown('ask')
		await p.close()
	},

	async 'a link that expired, was used or taken back'() {
		for (const [http, errorCode] of [[401, 'UNAUTHORIZED'], [403, 'FORBIDDEN']]) {
			const deny = answer => fake.json(answer, http, { success: false, error: 'The link was used.', errorCode })
			fake.handlers.set('GET events', deny)
			const p = await open(`${CODE}denied&lang=en#t=pd_s_x`)
			await p.says('trouble-title', 'cannot be used')
			await p.says('trouble-advice', 'The link was used.')
			assert.equal(await p.isVisible('ask'), false)
			if (http === 401)
				await p.check(errorCode)
			await p.close()
		}
		fake.handlers.delete('GET events')
	},

	async 'a key that is none, told by the penalty: the same, and it asks no more'() {
		for (const http of [401, 429]) {
			const keys = []
			fake.handlers.set('GET events', answer => fake.json(answer, http, { success: false,
				error: 'Too many wrong tokens.', errorCode: 'RATE_LIMITED', retryAfter: 5 }))
			const p = await open(`${CODE}stale&lang=en#t=pd_s_x`, { isAlone: true, before: async p => {
				p.page.on('request', r => keys.push([r.url(), r.headers().authorization]))
				await p.page.clock.install()
			} })
			await p.says('trouble-title', 'This link cannot be used')
			assert.equal(await p.text('offline'), '')
			assert.equal(await p.isVisible('ask'), false)
			await until(() => keys.some(k => k[0].endsWith('/health')), 'version asked for')
			assert.equal(keys.find(k => k[0].endsWith('/health'))[1], undefined)
			assert.equal(keys.filter(k => k[1]).length, 1, 'one request with the key')
			const asked = p.requests.length
			await p.page.clock.fastForward(2 * MINUTE)
			await p.page.click('#lang')
			await p.says('trouble-title', 'Ссылка не действует')
			await p.context.setOffline(true)
			await p.context.setOffline(false)
			await p.page.clock.fastForward(MINUTE)
			assert.ok(p.requests.slice(asked).every(r => r.endsWith('/health')), String(p.requests))
			assert.equal(await p.text('offline'), '')
			await p.close()
		}
		fake.handlers.delete('GET events')
	},

	async 'too many requests are an answer, not a lost server'() {
		fake.handlers.set('GET events', answer => fake.json(answer, 429, { success: false,
			error: 'Wait.', errorCode: 'RATE_LIMITED', retryAfter: 5 }))
		const p = await clocked(`${CODE}busy&lang=en`)
		await until(() => p.requests.some(r => r.includes('events')), 'events asked for')
		await p.page.clock.runFor(1000)
		assert.equal(await p.text('offline'), '')
		fake.handlers.delete('GET events')
		fake.set('busy', 'connecting', 'tcp')
		await p.page.clock.runFor(10000)
		await p.says('state', 'connecting')
		await p.close()
	},

	async 'a link whose work is done is offered no further button'() {
		refuse(403, { errorCode: 'FORBIDDEN', error: 'This link has done its work.' })
		fake.set('spent', 'logged_out', 'unlinked')
		const p = await open(`${CODE}spent&lang=en#t=pd_s_x`)
		await p.askCode('79001234567')
		await p.says('trouble-advice', 'done its work')
		assert.equal(await p.isVisible('ask'), false)
		await until(() => fake.companies.get('spent').streams.size === 0, 'left its stream')
		await p.close()
	},

	async 'what an event says is on the page at once'() {
		fake.set('swift', 'pairing', 'finishing')
		const p = await open(`${CODE}swift&lang=en`)
		await p.says('state', 'pairing')
		await p.page.evaluate(() => new MutationObserver(() => {
			window.seen = window.seen || Date.now()
		}).observe(document.getElementById('done'), { attributes: true }))
		const sent = Date.now()
		fake.set('swift', 'connected', 'ok')
		await p.shown('done')
		const took = await p.page.evaluate(() => window.seen) - sent
		assert.ok(took < 500, `after ${took} ms`)
		await p.close()
	},

	async 'a linked company on its way back: its state and when, nothing to ask for'() {
		const linked = { phoneNumber: '79001234567' }
		for (const where of [CODE, QR]) {
			fake.set('back', 'connecting', 'login', linked)
			const p = await open(`${where}back&lang=en`)
			await p.says('state', 'connecting')
			assert.equal(await p.isVisible('ask'), false)
			fake.set('back', 'reconnecting', 'network_blocked',
				{ ...linked, nextAttemptAt: new Date(Date.now() + 20500).toISOString() })
			await p.says('clock', 'Next try in 20 seconds')
			assert.equal(await p.isVisible('ask'), false)
			await p.page.click('#lang')
			await p.says('clock', 'Следующая попытка через ')
			assert.ok(!p.requests.some(r => /qr$|pairing-code/.test(r)), String(p.requests))
			await p.close()
		}
	},

	async 'a company that nobody knows is looked for, cheaply, until it begins'() {
		const p = await open(`${CODE}later&lang=en`)
		await p.says('state', 'Not linked yet')
		await until(() => p.requests.filter(r => r.endsWith('/status')).length === 2, 'two looks')
		fake.show('later', { code: 'ABCD-EFGH' }, MINUTE)
		const from = Date.now()
		await p.shown('live')
		assert.ok(Date.now() - from < 4000, `after ${Date.now() - from} ms`)
		assert.equal(p.requests.filter(r => r.endsWith('/events')).length, 2, 'the first look, and live')
		await p.close()
	},

	async 'how an attempt ended, also without the event, until something else happens'() {
		const ended = ago => ({ since: new Date(Date.now() - ago).toISOString(), lastError: { code: 'CONNECTION_CLOSED',
			message: 'The connection was lost.', advice: 'Ask once more.', reason: 'connection_lost',
			at: new Date(Date.now() - ago).toISOString() } })
		fake.set('ended', 'idle', 'never_linked', ended(MINUTE))
		const p = await open(`${QR}ended&lang=en`)
		await p.says('trouble-title', 'The connection was lost.')
		await p.says('trouble-advice', 'Ask once more.')
		assert.match(await p.page.inputValue('#support'), /CONNECTION_CLOSED .*connection_lost/)
		assert.equal(await p.text('get'), 'Get a new code')
		assert.ok(!p.requests.some(r => r.endsWith('/qr')), 'asks for nothing by itself')
		fake.set('ended', 'idle', 'code_expired', { ...ended(MINUTE), since: undefined })
		await p.says('trouble-title', 'The state is idle')
		fake.set('ended', 'idle', 'never_linked', ended(20 * MINUTE))
		await p.hidden('trouble')
		await p.says('state', 'Not linked yet')
		await p.close()
	},

	async 'the wait is counted down, and nothing offers to ask earlier'() {
		refuse(429, { errorCode: 'RATE_LIMITED', reason: 'budget', error: 'Used up.', advice: 'Wait.', retryAfter: 90 })
		const p = await clocked(`${CODE}waits&lang=en`)
		await p.askCode('79001234567')
		await p.says('clock', 'Wait 1 minute 30 seconds more, until')
		await p.page.click('#lang')
		await p.says('clock', 'Подождите ещё 1 минуту ')
		assert.ok(!/[A-Za-z]/.test(await p.page.innerText('#trouble h2') + await p.text('clock')), 'one language')
		await p.page.click('#lang')
		assert.equal(await p.isVisible('ask'), false)
		await p.page.clock.fastForward(50000)
		await p.says('clock', 'Wait 40 seconds more')
		await p.page.clock.fastForward(41000)
		await p.shown('ask')
		assert.equal(p.posts(), 1)
		await p.page.click('#trouble summary')
		const block = await p.page.inputValue('#support')
		for (const part of ['waits', 'RATE_LIMITED', 'budget', 'Used up.', 'pairdesk 1.2.3', new Date().getUTCFullYear()])
			assert.ok(block.includes(part), `${part} in ${block}`)
		assert.ok(!block.includes('9001234567'))
		await p.close()
	},

	async 'no company, a wrong company'() {
		for (const [where, part] of [['whatsapp-pairing.html?lang=en', 'No company'],
			['whatsapp-qr.html?lang=ru', 'нет компании'], [`${CODE}a%2Fb&lang=en`, 'is wrong'],
			[`${QR}%3Cb%3E&lang=ru`, 'неверно'], [`${CODE}${'a'.repeat(65)}&lang=en`, 'is wrong']]) {
			const p = await open(where)
			await p.page.waitForSelector(`text=${part}`)
			if (part === 'No company')
				await p.check(where)
			assert.ok(!p.requests.some(r => r.includes('/api/')))
			await p.close()
		}
	},

	async 'a phone begins with the code'() {
		fake.companies.delete('phone')
		const p = await open(`${QR}phone&lang=en#t=pd_s_abc`, {
			viewport: { width: 360, height: 740 }, screen: { width: 360, height: 740 }, hasTouch: true, isMobile: true,
			userAgent: 'Mozilla/5.0 (Linux; Android 7.0; SM-G920) AppleWebKit/537.36 Chrome/70 Mobile Safari/537.36' })
		await p.shown('first')
		await p.shown('ask')
		assert.ok(!p.requests.some(r => r.endsWith('/qr')))
		await p.check('phone')
		await p.page.click('#other')
		await p.shown('phone')
		assert.match(p.page.url(), /pairing\.html\?company=phone&lang=en#t=pd_s_abc$/)
		await p.close()
	},

	async 'language: the address, the choice, the browser'() {
		let p = await open(`${CODE}lang`, { locale: 'ru-RU' })
		await p.page.waitForSelector('text=Подключение WhatsApp по коду')
		await p.page.click('#lang')
		await p.page.waitForSelector('text=Link WhatsApp with a code')
		assert.match(p.page.url(), /lang=en/)
		assert.equal(await p.page.title(), 'Link WhatsApp with a code')
		await p.page.goto(fake.url + CODE + 'lang')
		await p.page.waitForSelector('text=Link WhatsApp with a code')
		await p.close()
		p = await open(`${CODE}lang`, { locale: 'de-DE' })
		await p.page.waitForSelector('text=Link WhatsApp with a code')
		await p.close()
	},

	async 'the keyboard alone is enough'() {
		grant()
		fake.companies.delete('keys')
		const p = await open(`${CODE}keys&lang=en`)
		await p.shown('ask')
		await p.page.keyboard.press('Tab')
		await p.page.keyboard.press('Tab')
		assert.equal(await p.page.evaluate(() => document.activeElement.id), 'phone')
		await p.page.keyboard.type('79001234567')
		await p.page.keyboard.press('Tab')
		await p.page.keyboard.press('Enter')
		await p.code()
		await p.page.keyboard.press('Tab')
		assert.equal(await p.page.evaluate(() => document.activeElement.id), 'copy')
		await p.close()
	},

	async 'without JavaScript it says what is needed'() {
		const p = await open(`${CODE}none`, { javaScriptEnabled: false })
		const text = await p.page.innerText('body')
		assert.match(text, /needs JavaScript/)
		assert.match(text, /нужен JavaScript/)
		await p.close()
	},
}
