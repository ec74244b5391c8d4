% if cards:
<section class="summary" id="summary" aria-labelledby="heading">
  <div class="pool">
    <h1 id="heading">{{say("Quota")}}</h1>
    <p class="verdict" role="status">{{!tick(pool, next_back)}}</p>
    <p class="quiet when">\\
% if asking:
<span class="busy">{{say("asking now")}}</span>\\
% elif read_at:
{{!tick_age(say("read {age} ago", age="{age}"), read_at)}}\\
% else:
{{say("not read yet")}}\\
% end
</p>
  </div>
  <form class="refresh" method="post" action="{{url("/refresh", **choices.query())}}">
    <button class="button primary">{{say("Refresh")}}</button>
  </form>
</section>
% end
% for problem in problems:
<p class="notice warning">{{problem}}</p>
% end
% if cards:
%   include("tools.tpl")
%   include("as_table.tpl" if layout == "table" else "as_cards.tpl")
<p class="notice" id="nothing" {{!"" if not any(card.shown for card in cards) else "hidden"}}>{{say("No account matches.")}} <a href="{{url("/", **choices.query(only="all", q=""))}}" data-all>{{say("Show all")}}</a></p>
<p class="quiet legend">{{say("Figures and bars show the percentage used.") if settings.show == "used" else say("Figures and bars show the percentage left.")}} {{say("Times are in {zone}.", zone=zone)}}</p>
% elif asking:
<section class="welcome panel">
  <h1>{{say("Quota")}}</h1>
  <p role="status">{{say("The accounts are being read for the first time.")}} {{say("They appear here in a moment.")}}</p>
</section>
% else:
<section class="welcome panel">
  <h1>{{say("No accounts yet")}}</h1>
  <p>{{say("Sign in with the Codex CLI, which writes a file named auth.json.")}} {{say("Add that file here, and its quota appears within seconds.")}}</p>
  <p><a class="button primary" href="{{url("/auth/new")}}">{{say("Add an account")}}</a></p>
</section>
% end
