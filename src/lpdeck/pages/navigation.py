"""What sites put round a page: words, counts and banners that belong to no card."""

from __future__ import annotations

import re

# Whole lines, case and closing punctuation aside.
_WORDS = """
about, about us, accept, accept all, accept cookies, account, ad, advertisement, all, amazon, amazon
lp, amazon lps, and, answer, apply, ask ai, back, back to top, behavioral, behavioral interview,
behavioral interviews, behavioral questions, behavioural, beta, bird, blog, bookmark, bookmarked,
bookmarks, browse, by level, cancel, careers, check, check answer, check your understanding, clear,
close, collapse, collapse all, coming soon, community, companies, company, complete, completed,
concepts, contact, contact us, contents, continue, continue learning, continue reading, cookie
settings, cookies, copied, copy, copy link, courses, dark mode, dashboard, delete, dislike,
disqualifiers, disqualifying phrases, done, download, download app, download pdf, edit, english,
expand, expand all, explanation, explore, facebook, faq, faqs, favorite, feedback, filter, flag,
flashcards, follow, follow up questions, follow ups, follow us, follow-up questions, follow-ups,
following, font size, forum, free, fullscreen, get premium, get started, github, give feedback, go
back, go premium, google, guest, guides, help, help center, helpful, hide, hide answer, hide
solution, home, instagram, interview mode, interview prep, interview preparation, interview
questions, interview simulator, interviewer follow-ups, jobs, join, join now, join us, key
takeaways, knowledge check, language, leadership principles, learn, learn mode, learn more, lessons,
level calibration, level guide, levels, library, light mode, like, likely follow-ups, likes,
linkedin, listen, load more, loading, log in, log in to continue, log out, login, logout, lps,
manage preferences, mark as complete, mark as completed, mark as done, mark complete, medium mode,
menu, mock interview, mock interviews, more, my account, my progress, new, newsletter, next, next
chapter, next lesson, next page, next question, next story, next topic, next up, no, no thanks, not
helpful, notes, notifications, ok, on this page, open, open in app, or, other principles, overview,
page, play, popular, practice mode, practice problems, practice questions, premium, preparation,
prev, previous, previous chapter, previous lesson, previous page, previous question, previous story,
previous topic, pricing, print, privacy, privacy policy, pro, problems, profile, progress, question
bank, questions, quick check, quick quiz, quiz, quiz mode, raised fist, rate, rate this, react, read
mode, read more, reading mode, recommended, reddit, reframe, reframe for other lps, reframe for
other principles, reframe this story, reframings, register, reject, reject all, reload, reply,
report, report a bug, report an issue, report issue, report this, reset, resources, restart, resume,
retry, reveal answer, save, save for later, saved, search, see all, see answer, see more, see
solution, settings, share, share on linkedin, share on twitter, share on x, share this, share this
page, show, show all, show answer, show explanation, show hint, show less, show more, show solution,
sign in, sign in to continue, sign out, sign up, sign up free, signup, sitemap, skip, skip to
content, skip to main content, solution steps, sponsored, star breakdown, star method, star stories,
star story, star walkthrough, star walkthroughs, start, start free trial, start learning, start now,
start practice, start quiz, store, stories, story mode, study mode, submit, subscribe, subscribe
now, support, table of contents, tags, take a test, take quiz, take test, take the quiz, take the
test, terms, terms and conditions, terms of service, terms of use, test your knowledge, test your
understanding, test yourself, text size, thumbs down, thumbs up, timer, toc, toggle theme, top,
topics, trending, try again, try for free, try free, try it free, try it now, twitter, unlock,
unlock all, unlock premium, upgrade, upgrade now, upgrade to premium, upgrade to pro, view all, view
answer, view explanation, view more, view solution, watch, watch video, whatsapp, why it fails, why
this fails, yes, youtube
"""
_PATTERNS = (
    r"[(\[]?\d{1,4}\s*(?:/|of)\s*\d{1,4}[)\]]?",
    r"(?:page|question|step|lesson|part|story|card|slide|chapter|item)\s+\d+\s*(?:/|of)\s*\d+",
    r"\d+(?:[.,]\d+)?\s*[km]?\+?\s*(?:likes?|views?|comments?|shares?|replies|reactions?|"
    r"upvotes?|votes?|followers?|bookmarks?|saves?|reads?|claps?|people found this helpful|"
    r"learners?|students?|members?|ratings?|reviews?|questions?|lessons?|stories|modes?|"
    r"points?|xp|coins?|online)(?: (?:available|left|today|completed|solved))?",
    r"all (?:\w+ ?){1,2}",
    r"(?:read|reading|practice|study|estimated)(?:ing)? time\s*:?\s*.{1,20}",
    r"(?:speak|type|answer|record|practice|say)\b.{0,80}\b(?:get|"
    r"receive)\b.{0,60}\bfeedback\b.{0,80}",
    r"(?:likes?|views?|comments?|shares?|upvotes?|bookmarks?|votes?|reactions?|replies|"
    r"discussions?)\s*[:(]?\s*\d[\d.,]*\s*[km]?\)?",
    r"\d+ (?:questions?|problems?|exercises?|cards?) (?:across|from|in|on)\b.{0,90}",
    r"\d+(?:[-–]\d+)? ?(?:min|mins|minute|minutes)\.? (?:read|watch|listen|to read)",
    r"\d{1,3} ?%(?: (?:complete|completed|done|read|finished))?",
    r"\d{1,5}",
    r"(?:progress|score|streak|xp|rating|difficulty|category|topic|tags?|company|companies|"
    r"author|by|views|duration|time left|reading time)\s*:\s*.{1,40}",
    r"(?:rated )?\d(?:\.\d)?\s*(?:/\s*5|out of 5|stars?)(?:\s*(?:stars?|"
    r"\(?\d[\d,]*\s*(?:ratings?|reviews?|votes?)?\)?))?",
    r"\d\.\d\s*\(?\d[\d.,]*[km]?\s*(?:ratings?|reviews?|votes?)?\)?",
    r"(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?",
    r"(?:last )?(?:updated|modified|edited|published|posted|reviewed)\b(?: on|"
    r":)?\s.{0,25}(?:\bago|(?:19|20)\d\d|yesterday|today)",
    r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{1,2},? \d{4}|"
    r"\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d{4})",
    r"\d+ (?:second|minute|hour|day|week|month|year)s? ago",
    r"(?:https?://|www\.)\S+",
    r"\S+@\S+\.\w{2,}",
    r"[@#]\w+(?:\s+[@#]\w+)*",
    r"(?:copyright\b|\(c\)|©|&copy;).*",
    r".*\ball rights reserved\b.*",
    r"(?:we|this (?:site|website|page)) uses? cookies\b.*",
    r".*\b(?:cookie policy|privacy policy|terms of (?:use|service))\b.{0,80}",
    r"(?:accept|manage|reject|decline|allow)\b.{0,20}\bcookies\b.{0,30}",
    r"(?:subscribe|sign up|log ?in|sign in)\b(?: now| today| free)?(?: to| for| with|"
    r" and)\b.{0,90}",
    r"(?:don['’]t|already|not) (?:have an account|a member)\b.{0,40}",
    r"(?:new here|new user|already have an account)\b.{0,40}",
    r"(?:get|try|go|unlock|upgrade to|start)(?: \w+){0,2} (?:premium|pro|free trial|"
    r"unlimited access|full access)(?: (?:access|plan|version|today|now|features|free))*",
    r"(?:was|is) this (?:page |article |answer |story |question |explanation |"
    r"content )?(?:helpful|useful)\b.{0,30}",
    r"(?:did you find|do you find) this\b.{0,40}",
    r"(?:how would you )?rate this\b.{0,40}",
    r"(?:report|suggest) (?:an? |this )?(?:bug|error|issue|problem|mistake|typo|edit|"
    r"content)(?: (?:with|on|in) this .{0,20})?",
    r"(?:share|tweet|post) (?:this|on|via)(?: \w+){0,3}",
    r"(?:follow|find|join) us (?:on|at)\b.{0,40}",
    r"(?:download|get) (?:the|our) (?:app|pdf|e-?book|guide)\b.{0,40}",
    r"(?:powered|sponsored|presented) by\b.{0,40}",
    r"(?:loading|please wait|buffering)(?: \w+)?",
    r"(?:log|sign) (?:in|up|out)(?: with \w+)?(?: (?:/|or|\|) (?:log|sign|register) ?(?:in|"
    r"up)?)?",
    r"(?:skip|jump|back|go|scroll|return) to (?:the )?(?:main |page )?(?:content|top|"
    r"navigation|home|questions?|list|stories|all \w+|dashboard|bottom|search)",
    r"(?:previous|prev|next|up next)\s*[:›»→>|-].{0,110}",
    r"(?:←|‹|«|<|→|›|»|>)\s*(?:previous|prev|back|next|home)\b.{0,100}",
    r"(?:previous|prev|back|next)\s*(?:←|‹|«|<|→|›|»|>|\|)?\s*(?:previous|prev|back|next)?",
    r"choose (?:your|a) (?:preparation |study |learning |practice )?(?:mode|path|level|"
    r"plan)s?\d*(?![a-z]).{0,40}",
    r"(?:\d+ )?modes? available",
    r"start learning (?:this|the|here|now|below)\b.{0,40}",
    r"jump into (?:the )?(?:concepts?|practice|lessons?|questions?|quiz|content|"
    r"learning)\b.{0,60}",
    r"test this pattern\d*(?![a-z]).{0,140}",
    r"test your(?:self| knowledge| understanding| skills)\b.{0,60}",
    r"(?:take|start|begin|open|enter|try) (?:a |an |the |this |your )?(?:quiz|test|practice|"
    r"mock interview|interview|assessment|challenge|simulation|lesson|session)(?: (?:mode|now|"
    r"today|again|here|below))*",
    r"no (?:test|account|login|sign-?up|credit card|card) (?:required|needed)",
    r"(?:practice|answer|record|try|rehearse|attempt) this (?:question|story|"
    r"answer)\b(?: (?:with|using|orally|now|yourself|aloud|out loud|again|on|in|here|via|"
    r"by)\b.{0,160})?",
    r"(?:get|receive|unlock) (?:instant |immediate |personali[sz]ed |real-time |"
    r"detailed )*(?:ai[- ]powered |ai )?feedback\b.{0,80}",
    r"(?:ai|mock|practice) interview(?:er|s)?\b.{0,20}",
    r"(?:like|enjoyed?|love) this (?:page|article|story|content)\b.{0,50}",
    r"(?:raised fist|clapping hands|thumbs up|thumbs down|red heart|heart|fire|rocket|"
    r"party popper|folded hands|bird|star|eyes|light bulb|hundred points|trophy|"
    r"smiling face)\s*\d*",
    r"(?-i:[A-Z][a-z]+(?: [A-Z][a-z]+){1,3}\d{1,4})",
    r"amazon(?:'s|’s)? leadership principles?(?: interview)?(?: (?:questions?|guide|stories|"
    r"prep))?",
    r"(?:amazon |google |meta |microsoft |faang )?(?:\w+ ){0,3}interview (?:questions?|prep|"
    r"preparation|guide|course)(?: \w+){0,2}",
    r"(?:behaviou?ral|leadership|system design|coding|technical|situational)(?: (?:questions?|"
    r"interviews?|principles?|round))*",
    r"(?:asked (?:at|by|in)\s*:?\s*(?:amazon|google|meta|microsoft|apple|netflix|faang|top|"
    r"\d+)|tagged with|filed under)\b.{0,60}",
    r"(?:very )?(?:common|popular|frequent|frequently asked)(?: question)?",
    r"(?:hide|show|view|see|reveal|open|close|toggle) (?:the |all |full |more )?(?:answers?|"
    r"solutions?|hints?|explanations?|options?|questions?|comments?|transcript|menu|sidebar|"
    r"details|steps?)",
    r"(?:mark|save|add|bookmark) (?:this |it )?(?:as|for|to) (?:completed?|done|read|later|"
    r"favou?rites?|bookmarks?|list|collection|reviewed|review|my .{1,20})",
    r"(?:mark|bookmark|save|copy|print|download|like) (?:this|the|link|page|story|question|"
    r"answer)(?: (?:page|story|question|answer|link))?",
    r"(?:question|mode|practice|quiz|story|lesson|card|chapter|module|week|day|part|"
    r"section)s?\s*#?\d{1,3}",
    r"(?:ctrl|cmd|alt|shift|press)\s*[+ ].{1,30}",
    r"home\s*[/|›»>].{1,120}",
)
# Headings after which only other pages are spoken of.
_FOOTERS = (
    r"(?:related|similar|more|other|recommended|suggested|popular|recent|trending|"
    r"further)\s*(?:\w+ ){0,2}(?:questions?|stories|articles?|pages?|posts?|content|topics?|"
    r"walkthroughs?|lessons?|reading|links?|resources?|interview questions?)",
    r"you (?:might|may|could) also (?:like|enjoy|want)\b.{0,30}",
    r"(?:people|others|readers) also (?:ask|asked|read|viewed|liked)",
    r"(?:comments?|discussions?|leave a (?:comment|reply)|join the (?:discussion|"
    r"conversation)|add a comment)\s*(?:\(?\d*\)?)",
    r"practice (?:this question|this|with ai|this question with ai|this story with ai|"
    r"with our ai)",
    r"(?:up next|what['’]s next|keep learning|next steps?|continue learning|"
    r"continue practicing|keep practicing)",
    r"(?:about the author|written by\b.{0,40}|newsletter|quick links|company|resources|legal|"
    r"useful links)",
)


def _whole_line(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.I)


_WORD_SET = frozenset(" ".join(_WORDS.split()).split(", "))
_NAVIGATION = _whole_line(_PATTERNS)
_FOOTER = _whole_line(_FOOTERS)
COUNT = re.compile(r"[(\[]?(?P<at>\d{1,3})\s*(?:/|of)\s*(?P<of>\d{1,3})[)\]]?")
_STEPS = re.compile(r"\s+[›»>/|•·]\s+")
_LONGEST = 200


def is_navigation(text: str) -> bool:
    """Whether a line says nothing but what sites put round a page."""
    plain = text.strip(" .!…:|•·-–—*")
    if not plain or len(plain) > _LONGEST:
        return False
    return plain.lower() in _WORD_SET or bool(_NAVIGATION.fullmatch(plain)) or _is_trail(plain)


def _is_trail(text: str) -> bool:
    """Whether `text` is a row of links: breadcrumbs, or a menu on one line."""
    steps = _STEPS.split(text)
    words = max(len(step.split()) for step in steps)
    if len(steps) < 2 or re.search(r"[.!?;:]\s", text):
        return False
    return words <= 12 if re.search(r"\s[›»>]\s", text) and len(steps) > 2 else words <= 4


def is_footer(text: str) -> bool:
    """Whether a line ends what the page has to say, so that what follows speaks of other pages."""
    plain = text.strip(" .!…:|•·-–—*")
    return len(plain) <= _LONGEST and bool(_FOOTER.fullmatch(plain))
