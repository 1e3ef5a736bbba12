// Links with a key, and what other web sites can do: nothing.
import assert from 'node:assert/strict'
import http from 'node:http'

import { Page, World } from './lib.mjs'

let world, open, browser

export async function setup(t) {
	browser = t.browser
	world = await World.start(t.programs, `${t.dir}/token`, { env: { PAIRDESK_HTTP_AUTH: 'token' } })
	open = await t.world()
}

export async function teardown() {
	await world?.stop()
}

// A link to share, as a path of the listener; asked for as the command line
// does it, on the control socket.
async function share(company) {
	const answer = await new Promise((yes, no) => http.request({ method: 'POST',
		socketPath: `${world.dir}/state/control.sock`, headers: { Host: 'pairdesk' },
		path: `/api/whatsapp/sessions/${company}/share` }, yes).on('error', no).end())
	let text = ''
	for await (const piece of answer)
		text += piece
	return /\/(whatsapp-pairing\.html.*)/.exec(JSON.parse(text).data.pairingUrl)[1]
}

// What a page of another site comes to: each way to ask, and its answer.
const EVIL = `<!doctype html><title>evil</title><script>
async function attack(base) {
	const got = []
	const tries = [
		() => fetch(base + '/api/whatsapp/sessions/victim/qr').then(a => a.text()),
		() => fetch(base + '/api/whatsapp/sessions/victim/status').then(a => a.text()),
		() => fetch(base + '/whatsapp-qr.html?company=victim').then(a => a.text()),
		() => fetch(base + '/api/whatsapp/sessions/victim/qr', { mode: 'no-cors' }).then(a => a.text()),
		() => fetch(base + '/api/whatsapp/sessions/victim/pairing-code', { method: 'POST', mode: 'no-cors',
			headers: { 'Content-Type': 'text/plain' }, body: '{"phoneNumber":"79001234567"}' }).then(a => a.text()),
		() => fetch(base + '/api/whatsapp/sessions/victim/reconnect', { method: 'POST', mode: 'no-cors' }).then(a => a.text()),
		() => new Promise((yes, no) => { const i = new Image(); i.onload = () => yes('image'); i.onerror = no
			i.src = base + '/api/whatsapp/sessions/victim/qr?format=png' }),
		() => new Promise((yes, no) => { const s = document.createElement('script'); s.onload = () => yes('script')
			s.onerror = no; s.src = base + '/whatsapp-words.js'; document.head.append(s) }),
		() => new Promise((yes, no) => { const e = new EventSource(base + '/api/whatsapp/sessions/victim/events')
			e.onmessage = e.onopen = () => yes('events'); e.onerror = no }),
		() => new Promise(done => { const f = document.createElement('iframe'); f.onload = () => {
			try { done(f.contentDocument.body.textContent) } catch (e) { done('') } }
			f.src = base + '/whatsapp-qr.html?company=victim'; document.body.append(f) }),
		() => new Promise(done => { const f = document.createElement('form'); f.method = 'POST'; f.target = 'hole'
			const i = document.createElement('iframe'); i.name = 'hole'; document.body.append(i); i.onload = () => done('')
			f.action = base + '/api/whatsapp/sessions/victim/pairing-code'; document.body.append(f); f.submit() }),
	]
	for (const t of tries)
		got.push(await Promise.race([t().catch(() => ''), new Promise(d => setTimeout(d, 2000, ''))]))
	return got
}
</script><body></body>`

export const tests = {
	async 'a shared link opens the page, links once, and is spent'() {
		const link = await share('shared')
		let p = await Page.open(browser, world, `${link.replace('#', '&lang=en#')}`)
		await p.askCode('79003330001')
		const code = await p.code()
		await world.sim.do('type', { phone: '79003330001', code: code.replace('-', ''), until: 'login' })
		await p.shown('done')
		await p.close()
		p = await Page.open(browser, world, `${link.replace('#', '&lang=en#')}`)
		await p.shown('done')
		assert.equal(await p.isVisible('ask'), false)
		await world.sim.do('unlink', { phone: '79003330001' })
		await p.askCode('79003330001')
		await p.says('trouble-advice', 'done its work')
		await p.hidden('ask')
		await p.close()
	},

	async 'the link to the other page keeps the key'() {
		const link = await share('kept')
		const p = await Page.open(browser, world, link)
		await p.shown('ask')
		await p.page.click('#other')
		await p.shown('qr')
		assert.match(p.page.url(), /whatsapp-qr\.html\?company=kept&lang=en#t=pd_s_/)
		await p.close()
	},

	async 'no key, a wrong one, one of another company'() {
		const link = await share('mine')
		for (const where of ['whatsapp-pairing.html?company=mine&lang=en',
			'whatsapp-pairing.html?company=mine&lang=en#t=pd_s_wrong']) {
			const p = await Page.open(browser, world, where)
			await p.says('trouble-title', 'cannot be used')
			assert.equal(await p.isVisible('ask'), false)
			await p.fits(where)
			await p.close()
		}
		const p = await Page.open(browser, world, link.replace('=mine', '=other'))
		await p.askCode('79003330002')
		await p.shown('trouble')
		assert.equal(await p.isVisible('live'), false)
		await p.close()
	},

	async 'a link that is none says so however often it is opened'() {
		const p = await Page.open(browser, world, 'whatsapp-qr.html?company=stale&lang=en#t=pd_s_bogus')
		for (let n = 0; n < 8; n++) {
			await p.says('trouble-title', 'This link cannot be used')
			assert.equal(await p.text('offline'), '')
			await p.page.reload()
		}
		await p.says('trouble-advice', 'Too many wrong')
		await p.close()
	},

	async 'another site reads nothing and opens no attempt'() {
		const before = (await open.sim.do('status')).upgrades
		const server = http.createServer((q, a) => {
			a.writeHead(200, { 'Content-Type': 'text/html' })
			a.end(EVIL)
		})
		await new Promise(done => server.listen(0, '127.0.0.1', done))
		const { port } = server.address()
		try {
			// another site altogether, and the same site at another port
			for (const host of ['localhost', '127.0.0.1']) {
				const context = await browser.newContext()
				const page = await context.newPage()
				await page.goto(`http://${host}:${port}/`)
				const got = await page.evaluate(base => attack(base), `http://127.0.0.1:${open.port}`)
				assert.deepEqual(got.filter(g => g !== ''), [], host)
				await context.close()
			}
			assert.equal((await open.sim.do('status')).upgrades, before)
			assert.equal((await open.api('victim/status')).http, 404)
		} finally {
			server.closeAllConnections()
			server.close()
		}
	},

	async 'a link on another site opens the page, which starts nothing by itself'() {
		const before = (await open.sim.do('status')).upgrades
		const server = http.createServer((q, a) => {
			a.writeHead(200, { 'Content-Type': 'text/html' })
			a.end(`<a ${q.url === '/' ? '' : 'rel="noreferrer"'} ` +
				`href="${open.url}whatsapp-qr.html?company=sent&lang=en">x</a>`)
		})
		await new Promise(done => server.listen(0, '127.0.0.1', done))
		try {
			for (const path of ['/', '/noreferrer']) {
				const p = await Page.open(browser, open, '')
				await p.page.goto(`http://localhost:${server.address().port}${path}`)
				await p.page.click('a')
				await p.says('state', 'Not linked yet')
				assert.equal(await p.text('get'), 'Show the QR code')
				assert.equal((await open.api('sent/status')).http, 404)
				assert.equal((await open.sim.do('status')).upgrades, before)
				if (path !== '/') {
					await p.page.click('#get')
					await p.shown('qr')
				}
				p.bad = []		// the other site itself
				await p.close()
			}
		} finally {
			server.closeAllConnections()
			server.close()
		}
	},
}
