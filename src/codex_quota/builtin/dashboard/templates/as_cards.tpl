<ul class="cards" id="cards" data-items>
% for card in cards:
<li class="card {{card.state}}" id="{{card.key}}" data-ranks="{{card.ranks[0]}} {{card.ranks[1]}} {{card.ranks[2]}}" data-find="{{card.find}}" data-is="{{card.filters}}" {{!"" if card.shown else "hidden"}}>
  <div class="head">
    <div class="who"><h2><a class="plain" href="{{url("/charts", account=card.account)}}">{{card.block.name}}</a></h2>\\
% if card.block.plan != "-":
<span class="plan">{{card.block.plan}}</span>\\
% end
</div>
%   include("mark.tpl", card=card)
  </div>
% if card.rows:
  <ul class="rows">
%   for row in card.rows:
    <li>\\
%     include("gauge.tpl", row=row, named=True)
</li>
%   end
  </ul>
% end
% for note in card.remarks:
  <p class="remark {{note.kind}}">{{note.text}}</p>
% end
% if card.more:
  <details id="{{card.key}}-more">
    <summary>{{say("Other limits")}} <span class="count">{{len(card.more)}}</span></summary>
    <ul class="rows">
%   for row in card.more:
      <li>\\
%     include("gauge.tpl", row=row, named=True)
</li>
%   end
    </ul>
  </details>
% end
% for note in card.asides:
  <p class="remark info">{{note.text}}</p>
% end
% if card.key in sparks:
  <a class="past" href="{{url("/charts", account=card.account)}}"><span class="unseen">{{say("Charts of {name}", name=card.block.name)}}, </span><span class="label">{{say("7 d")}}</span>{{!sparks[card.key]}}</a>
% end
  <p class="foot quiet">\\
% if card.email:
<span class="email">{{card.email}}</span> \\
% end
% if card.asking:
<span class="busy">{{say("asking now")}}</span>\\
% elif card.block.fetched_at:
<span>{{!tick_age(say("read {age} ago", age="{age}"), card.block.fetched_at)}}</span>\\
% end
</p>
</li>
% end
</ul>
