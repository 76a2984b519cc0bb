"""The rules of requests for assistance, as values: id, two texts, source.

Pure.  They are applied in ``rules.py`` and ``judgements.py``; the order of the list is that
of their numbers.
"""

from typing import Final

from comity.fold.rule import Rule
from comity.statement.text import BilingualText

_CYCLE: Final = "docs/adr/0017-request-life-cycle.md"
_CROSSING: Final = "docs/adr/0018-crossing-statements.md"
_PROFILES: Final = "docs/adr/0019-profiles-as-data.md"

IN_ORDER: Final = Rule(
    "ASSIST-1",
    BilingualText(
        zh="请求处于当前状态时，不得作出此项表示。",
        en="This may not be said while the request is in its present state.",
    ),
    _CYCLE,
)
BY_ITS_PARTY: Final = Rule(
    "ASSIST-2",
    BilingualText(
        zh="只有被请求方可以确认收到、决定、通报和答复；只有请求方可以撤回、评价、升级和结案；"
        "第三方不得作出任何表示。",
        en="Only the addressee may acknowledge, decide, report and answer; only the requester "
        "may withdraw, rate, escalate and close; a third party may say nothing.",
    ),
    _CYCLE,
)
ADDRESSEE_FIRST: Final = Rule(
    "ASSIST-3",
    BilingualText(
        zh="双方的签署件相互交错、均未见对方的，先计被请求方的签署件。",
        en="Where two statements crossed and neither had seen the other, "
        "the addressee's counts first.",
    ),
    _CROSSING,
)
ANSWER_STANDS: Final = Rule(
    "ASSIST-4",
    BilingualText(
        zh="答复与撤回、升级、逾期认定或结案交错的，答复有效，后者不产生效力。",
        en="An answer that crosses a withdrawal, an escalation, a lapse or a closing stands, "
        "and the latter has no effect.",
    ),
    _CROSSING,
)
WITHDRAWAL_STANDS: Final = Rule(
    "ASSIST-5",
    BilingualText(
        zh="除答复外，被请求方的签署件与撤回交错的，撤回有效，该签署件留存，不产生效力。",
        en="A statement of the addressee, other than an answer, that crosses a withdrawal is "
        "kept and has no effect; the withdrawal stands.",
    ),
    _CROSSING,
)
ACT_BEFORE_LAPSE: Final = Rule(
    "ASSIST-6",
    BilingualText(
        zh="被请求方履行时限义务的签署件与该时限的逾期认定交错的，该签署件有效，逾期认定不产生效力。",
        en="A statement of the addressee that meets a clock and crosses the lapse of that clock "
        "stands, and the lapse has no effect.",
    ),
    _CROSSING,
)
LAPSE_IS_PROVED: Final = Rule(
    "ASSIST-7",
    BilingualText(
        zh="逾期认定须以请求方以外的日志所出具的回执证明时限已过；该时限须在计算中，且未履行。",
        en="A lapse must be proved by receipts of a log other than the requester's; the clock "
        "must be running and not met.",
    ),
    _CYCLE,
)
TERMS_SEEN: Final = Rule(
    "ASSIST-8",
    BilingualText(
        zh="请求方所接受的是最新的条件，且须已见该条件。",
        en="The requester accepts the newest conditions, which it must have seen.",
    ),
    _CROSSING,
)
REPLY_TO_WHAT_WAS_ASKED: Final = Rule(
    "ASSIST-9",
    BilingualText(
        zh="澄清的回复仅及于其已见的问题；尚有较新的问题未获回复的，请求继续等待澄清。",
        en="A reply answers only the questions that it had seen; while a newer one is open, "
        "the request waits for clarification.",
    ),
    _CROSSING,
)
RATING_OF_WHAT_WAS_SEEN: Final = Rule(
    "ASSIST-10",
    BilingualText(
        zh="评价针对请求方已见的最新答复；每项答复只评价一次。",
        en="A rating is of the newest answer that the requester had seen; an answer is rated "
        "only once.",
    ),
    _CROSSING,
)
REMARK_ON_A_RATING: Final = Rule(
    "ASSIST-11",
    BilingualText(
        zh="被请求方只能就其已见的评价作出说明。",
        en="The addressee may remark only on a rating that it has seen.",
    ),
    _CYCLE,
)
TWO_MEMBERS: Final = Rule(
    "ASSIST-12",
    BilingualText(
        zh="请求由机制的一个成员向另一个成员提出，仅涉及此两方。",
        en="A request is made by one member of the mechanism to one other, and to nobody else.",
    ),
    _CYCLE,
)
PROFILE_IN_FORCE: Final = Rule(
    "ASSIST-13",
    BilingualText(
        zh="请求类型及其版本须依机制的章程有效，规则版本须为本软件所知。",
        en="The profile must be in force in the mechanism's charter, in that version, "
        "and the version of the rules must be known to this software.",
    ),
    _PROFILES,
)
GROUND_NAMED: Final = Rule(
    "ASSIST-14",
    BilingualText(
        zh="拒绝须指明请求类型所列的拒绝理由，但该请求类型不要求理由的除外。",
        en="A refusal must name a ground of the profile, unless the profile asks for none.",
    ),
    _PROFILES,
)
OUTCOME_OF_PROFILE: Final = Rule(
    "ASSIST-15",
    BilingualText(
        zh="结果须为请求类型所列，且可由此种签署件给出。",
        en="The outcome must be one of the profile, and one that this statement can give.",
    ),
    _PROFILES,
)
EXTENSION_ALLOWED: Final = Rule(
    "ASSIST-16",
    BilingualText(
        zh="只能按请求类型规定的次数，延长其所列且尚未履行的时限。",
        en="A clock may be extended only as often as the profile says, and only if the profile "
        "names it and it is not met.",
    ),
    _PROFILES,
)
REASON_GIVEN: Final = Rule(
    "ASSIST-17",
    BilingualText(
        zh="提问、回复、条件、就评价所作说明，以及请求类型要求理由的延长时限，须附文本。",
        en="A question, a reply, conditions, a remark, and an extension for which the profile "
        "asks reasons must have a text.",
    ),
    _CYCLE,
)
LANGUAGES_GIVEN: Final = Rule(
    "ASSIST-18",
    BilingualText(
        zh="文本须具备机制章程就此种签署件所要求的各种语言。",
        en="A text must be given in every language that the mechanism's charter asks for in "
        "statements of this kind.",
    ),
    _CYCLE,
)
WELL_FORMED: Final = Rule(
    "ASSIST-19",
    BilingualText(
        zh="签署件的专有部分不符合其种类的规定格式。",
        en="The statement's own part is not of the form that its kind has.",
    ),
    _CYCLE,
)

RULES: Final = (
    IN_ORDER,
    BY_ITS_PARTY,
    ADDRESSEE_FIRST,
    ANSWER_STANDS,
    WITHDRAWAL_STANDS,
    ACT_BEFORE_LAPSE,
    LAPSE_IS_PROVED,
    TERMS_SEEN,
    REPLY_TO_WHAT_WAS_ASKED,
    RATING_OF_WHAT_WAS_SEEN,
    REMARK_ON_A_RATING,
    TWO_MEMBERS,
    PROFILE_IN_FORCE,
    GROUND_NAMED,
    OUTCOME_OF_PROFILE,
    EXTENSION_ALLOWED,
    REASON_GIVEN,
    LANGUAGES_GIVEN,
    WELL_FORMED,
)
