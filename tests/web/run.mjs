// Runs the tests of this directory: a line each, exit 1 when one failed.
//   run.mjs [PAIRDESK WASIM] [-k TEXT]       -k: "file: title" has the text
// Two rows of files run beside each other, as there are two cores, with one
// browser for all, and one simulator and listener for the row that needs them.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { chromium } from 'playwright-core'

import { World } from './lib.mjs'

const ROWS = [['plain', 'look'], ['link', 'access', 'trouble']]
const LIMIT_MS = 900000
const TEST_MS = 90000

const here = path.dirname(fileURLToPath(import.meta.url))
const args = process.argv.slice(2)
const at = args.indexOf('-k')
const only = at < 0 ? '' : args.splice(at, 2)[1]
const build = path.resolve(here, '../../build')
const programs = {
	pairdesk: path.resolve(args[0] ?? `${build}/san/pairdesk`),
	wasim: path.resolve(args[1] ?? `${build}/wasim`),
}
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'web-'))
let shared
const world = () => shared ??= World.start(programs, `${dir}/world`)
const count = { passed: 0, failed: 0 }

function limited(promise, ms, what) {
	let timer
	return Promise.race([promise, new Promise((_, no) => {
		timer = setTimeout(() => no(new Error(`${what}: not in ${ms} ms`)), ms)
	})]).finally(() => clearTimeout(timer))
}

async function failure(test, t, title) {
	try {
		await limited(test(t), TEST_MS, title)
		return null
	} catch (e) {
		console.log(`not yet: ${title}: ${e.message.split('\n')[0]}`)
		return e
	}
}

async function file(name, browser) {
	const { setup, tests, teardown } = await import(`./${name}.mjs`)
	const chosen = Object.entries(tests).filter(([title]) => `${name}: ${title}`.includes(only))
	if (chosen.length === 0)
		return
	const t = { browser, programs, world, dir: `${dir}/${name}` }
	fs.mkdirSync(t.dir)
	try {
		await setup(t)
		for (const [title, test] of chosen) {
			const start = Date.now()
			/* a second try, for a machine that stood still for seconds */
			const error = await failure(test, t, title) && await failure(test, t, title)
			if (error) {
				count.failed++
				console.log(`FAILED ${name}: ${title}\n${error.stack}`)
			} else {
				count.passed++
				console.log(`ok ${name}: ${title} (${Date.now() - start} ms)`)
			}
		}
	} catch (e) {
		count.failed++
		console.log(`FAILED ${name}: setup\n${e.stack}`)
	} finally {
		await teardown?.(t)
	}
}

async function row(names, browser) {
	for (const name of names)
		await file(name, browser)
}

const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--process-per-site',
		'--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
try {
	await limited(Promise.all(ROWS.map(names => row(names, browser))), LIMIT_MS, 'all')
} catch (e) {
	count.failed++
	console.log(e.stack)
} finally {
	await browser.close()
	await (await shared)?.stop()
	if (count.failed)
		console.log(`what is left: ${dir}`)
	else
		fs.rmSync(dir, { recursive: true })
}
console.log(`web: ${count.passed} passed, ${count.failed} failed`)
process.exit(count.failed || !count.passed ? 1 : 0)
