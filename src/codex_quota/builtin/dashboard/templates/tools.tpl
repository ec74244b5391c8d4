<div class="tools" id="tools">
  <form class="find" method="get" action="{{url("/")}}" role="search">
% for name, value in choices.query(q="").items():
%   if value:
    <input type="hidden" name="{{name}}" value="{{value}}">
%   end
% end
    <label for="q" class="unseen">{{say("Find an account")}}</label>
    <input id="q" name="q" type="search" value="{{choices.q}}" placeholder="{{say("Find an account")}}" autocomplete="off" spellcheck="false" maxlength="200">
    <button class="button without-script">{{say("Find")}}</button>
  </form>
  <nav class="chips" aria-label="{{say("Which accounts")}}">
% for name, text in (("all", say("All")), ("usable", say("Usable")), ("exhausted", say("Exhausted")), ("failed", say("Not read"))):
    <a href="{{url("/", **choices.query(only=name))}}" data-only="{{name}}" {{!'aria-current="true"' if choices.only == name else ""}}>{{text}} <span class="count">{{counts[name]}}</span></a>
% end
  </nav>
  <nav class="chips" aria-label="{{say("Order")}}">
% for name, text in (("name", say("Name")), ("left", say("Most left")), ("reset", say("Next reset"))):
    <a href="{{url("/", **choices.query(sort=name))}}" data-sort="{{name}}" {{!'aria-current="true"' if choices.sort == name else ""}}>{{text}}</a>
% end
  </nav>
  <nav class="chips layouts" aria-label="{{say("Layout")}}">
% for name, text in (("cards", say("Cards")), ("table", say("Table"))):
    <a href="{{url("/", **choices.query(layout=name))}}" {{!'aria-current="true"' if layout == name else ""}}>{{text}}</a>
% end
  </nav>
</div>
