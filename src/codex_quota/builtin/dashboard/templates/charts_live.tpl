% if is_off:
<p class="notice warning">{{say("This dashboard keeps no history, so there are only the present figures.")}} {{say("Start it without --no-history to see the past.")}}</p>
% elif trouble is not None:
<p class="notice warning">{{say("The history cannot be read: {reason}.", reason=trouble.message)}}\\
%   if trouble.hint:
 {{say("What to do: {hint}.", hint=say(trouble.hint))}}\\
%   end
</p>
% end
% if made:
<svg class="unseen" width="1" height="1" aria-hidden="true"><defs>
<pattern id="pause" class="pause" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0v6"/></pattern>
<pattern id="failed" class="failed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><path d="M0 0v6M0 3h6"/></pattern>
</defs></svg>
%   for account in made:
<section class="panel charts" id="{{account.key}}" aria-labelledby="{{account.key}}-name">
  <div class="head">
    <h2 id="{{account.key}}-name"><a class="plain" href="{{url("/charts", **choices.query(account=account.name, page=1))}}">{{one_line(account.name)}}</a></h2>\\
%     if account.plan != "-":
<span class="plan">{{account.plan}}</span>\\
%     end
</div>
%     for note in account.remarks:
  <p class="remark {{note.kind}}">{{note.text}}</p>
%     end
%     if account.figures:
  <div class="figures {{"large" if choices.account else ""}}">
%       for figure in account.figures:
%         include("chart.tpl", figure=figure)
%       end
  </div>
%     elif account.is_read:
  <p class="quiet">{{say("This account has no window to draw a chart of.")}}</p>
%     elif trouble is None and not is_off:
  <p class="quiet">{{say("Nothing was read of this account yet.")}}</p>
%     end
</section>
%   end
%   include("chart_legend.tpl")
%   if pages > 1:
<nav class="pager" aria-label="{{say("Pages")}}">
%     if page > 1:
  <a class="button" rel="prev" href="{{url("/charts", **choices.query(page=page - 1))}}">{{say("Previous")}}</a>
%     end
  <span class="quiet">{{say("Page {page} of {pages}", page=page, pages=pages)}}</span>
%     if page < pages:
  <a class="button" rel="next" href="{{url("/charts", **choices.query(page=page + 1))}}">{{say("Next")}}</a>
%     end
</nav>
%   end
% else:
<section class="welcome panel">
  <p>{{say("Charts appear here once an account was read.")}}</p>
  <p><a class="button" href="{{url("/")}}">{{say("Back to the quota page")}}</a></p>
</section>
% end
