% rebase("layout.tpl", title=heading)
<section class="panel problem">
  <p class="quiet">{{status}}</p>
  <h1>{{heading}}</h1>
% if hint:
  <p>{{hint}}</p>
% end
  <p class="actions"><a class="button" href="{{url("/")}}">{{say("Back to the quota page")}}</a></p>
</section>
