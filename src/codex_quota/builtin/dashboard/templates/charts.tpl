% rebase("layout.tpl", title=say("Charts"), here="charts", wide=True, scripts=("morph.js", "app.js"), every=every)
<p class="notice warning lost" id="lost" role="alert" hidden>{{say("The connection is lost. These are the last figures; the page goes on by itself.")}}</p>
<h1 class="title">{{say("Charts")}}</h1>
% if names:
<div class="tools">
  <nav class="chips" aria-label="{{say("Time")}}">
% for span, text in spans.items():
    <a href="{{url("/charts", **choices.query(span=span))}}" {{!'aria-current="true"' if choices.span == span else ""}}>{{text}}</a>
% end
  </nav>
% if len(names) > 1:
  <form class="choose" method="get" action="{{url("/charts")}}">
% if choices.span != "7d":
    <input type="hidden" name="span" value="{{choices.span}}">
% end
    <label for="account" class="unseen">{{say("Account")}}</label>
    <select id="account" name="account">
      <option value="">{{say("All accounts")}}</option>
% for name in names:
      <option value="{{name}}" {{!"selected" if name == choices.account else ""}}>{{name}}</option>
% end
    </select>
    <button class="button">{{say("Show")}}</button>
  </form>
% end
</div>
% end
<div id="live" data-source="{{url("/charts")}}" data-words="{{words}}" data-zone-cookie="{{zone_cookie}}" data-path="{{visitor.base or "/"}}"\\
% if not fixed_zone:
 data-zone\\
% end
>
{{!live}}
</div>
